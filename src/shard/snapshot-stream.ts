// Reads one finished checkpoint out of the state store as a stream of chunks, from any place. Keeps at
// most about two scans of rows in memory. Driven by the snapshot sender, which holds the checkpoint's
// rows against deletion meanwhile.

import type { GroupId } from '../api/ids.js'
import { limits } from '../api/limits.js'
import type { Row } from '../api/store.js'
import type { Hash64 } from '../base/hash.js'
import { RowFilter } from './row-filter.js'
import type { ShardSink } from './sink.js'
import {
  type Fragment,
  metaKey,
  type Place,
  placeAfter,
  placeZero,
  type SnapshotChunk,
} from './snapshot-frames.js'
import { engineKey, generationRange, type Manifest, stateKey } from './state-layout.js'

export interface StreamInit {
  readonly group: GroupId
  readonly sink: ShardSink
  readonly manifest: Manifest
  readonly identity: Hash64
}

export class SnapshotStream {
  readonly #init: StreamInit
  /** Where the next chunk begins. */
  #place: Place = placeZero
  /** Items read and not sent; of the first one `#offset` bytes are. */
  #items: Row[] = []
  #itemsBytes = 0
  #offset = 0
  #filter: RowFilter
  /** Store key from which the next scan reads; null behind the last row. */
  #scanFrom: string | null = null
  #isScanning = false
  /** Answers to scans of an earlier `restart` are ignored. */
  #run = 0
  #isOver = false

  constructor(init: StreamInit) {
    this.#init = init
    this.#filter = new RowFilter(init.manifest.number)
  }

  /** Whether the last chunk was handed out. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Begins anew at a place that the receiver named. */
  restart(place: Place): void {
    const { group, manifest } = this.#init
    this.#run++
    this.#place = place
    this.#offset = place.offset
    this.#filter = new RowFilter(manifest.number)
    this.#isScanning = false
    this.#isOver = false
    const isFresh = place.key === null
    this.#items = isFresh ? [{ key: metaKey, value: manifest.meta }] : []
    this.#itemsBytes = isFresh ? manifest.meta.length : 0
    this.#scanFrom =
      place.key === null || place.key === metaKey
        ? generationRange(group, manifest.generation).from
        : `${stateKey(group, manifest.generation, place.key)}\0`
  }

  /** Reads ahead. */
  turn(): void {
    const from = this.#scanFrom
    if (from === null || this.#isScanning) return
    if (this.#itemsBytes - this.#offset >= limits.snapshotChunkBytes) return
    const run = this.#run
    const { to } = generationRange(this.#init.group, this.#init.manifest.generation)
    this.#isScanning = true
    this.#init.sink.scan(
      'state',
      { from, to },
      {
        bytesMax: limits.snapshotChunkBytes,
        done: (rows, end) => {
          if (run === this.#run) this.#take(rows, end)
        },
      },
    )
  }

  /** The next chunk, or null while rows are being read or after the last one. */
  next(): SnapshotChunk | null {
    if (this.#isOver) return null
    const isAll = this.#scanFrom === null
    if (!isAll && this.#itemsBytes - this.#offset < limits.snapshotChunkBytes) return null
    const fragments = this.#cut()
    this.#isOver = isAll && this.#items.length === 0
    const chunk: SnapshotChunk = {
      identity: this.#init.identity,
      from: this.#place,
      fragments,
      isLast: this.#isOver,
    }
    this.#place = placeAfter(chunk)
    return chunk
  }

  #take(rows: readonly Row[], end: boolean): void {
    this.#isScanning = false
    const kept: Row[] = []
    const own = rows.map((row) => ({ key: engineKey(row.key), value: row.value }))
    this.#filter.push(own, kept, null)
    const last = rows[rows.length - 1]
    this.#scanFrom = end || last === undefined ? null : `${last.key}\0`
    if (this.#scanFrom === null) this.#filter.finish(kept)
    for (const row of kept) this.#itemsBytes += row.value.length
    this.#items.push(...kept)
    this.#init.sink.wake()
  }

  #cut(): Fragment[] {
    const fragments: Fragment[] = []
    let room: number = limits.snapshotChunkBytes
    let taken = 0
    for (const item of this.#items) {
      if (room <= 0) break
      const from = Math.min(this.#offset, item.value.length)
      const bytes = item.value.subarray(from, from + room)
      const isFinal = from + bytes.length === item.value.length
      fragments.push({ key: item.key, isFinal, bytes })
      room -= bytes.length + item.key.length + 16
      this.#offset = isFinal ? 0 : from + bytes.length
      if (!isFinal) break
      this.#itemsBytes -= item.value.length
      taken++
    }
    this.#items.splice(0, taken)
    return fragments
  }
}
