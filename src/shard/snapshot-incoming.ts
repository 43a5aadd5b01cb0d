// One snapshot on its way in: puts fragments together, loads whole rows into a fresh engine and writes
// them under a generation of their own, a slice at a time. What a peer declares is never trusted: memory
// grows only with bytes that arrived, and rows must come in strictly rising key order. Driven by the receiver.

import type { Engine } from '../api/engine.js'
import type { GroupId, MemberId } from '../api/ids.js'
import { limits } from '../api/limits.js'
import type { Row } from '../api/store.js'
import { ByteWriter, noBytes } from '../base/bytes.js'
import type { ShardSink } from './sink.js'
import {
  type Fragment,
  metaKey,
  type Place,
  placeZero,
  samePlace,
  type SnapshotChunk,
  type SnapshotOffer,
} from './snapshot-frames.js'
import { type Manifest, stateKey } from './state-layout.js'

export interface IncomingInit {
  readonly group: GroupId
  readonly from: MemberId
  readonly offer: SnapshotOffer
  /** Fresh and empty. */
  readonly engine: Engine
  readonly generation: number
  readonly sink: ShardSink
  /** The rows up to a place are written. */
  readonly onStored: (place: Place) => void
  readonly onWriteFailed: (error: string) => void
}

export class IncomingSnapshot {
  readonly #init: IncomingInit
  #place: Place = placeZero
  /** Pieces of the item behind the place, joined when its last one arrives. */
  #pieces: Uint8Array[] = []
  #meta: Uint8Array = noBytes
  #writesInFlight = 0
  /** Rows of the last chunk that are still to be loaded and written, from `#nextRow` on. */
  #rows: readonly Row[] = []
  #nextRow = 0
  #isComplete = false
  /** Monotonic milliseconds of the last chunk or offer: a silent transfer is forgotten. */
  heardAt = 0
  /** The term of the newest offer for it. */
  term: number

  constructor(init: IncomingInit) {
    this.#init = init
    this.term = init.offer.term
    init.engine.loadBegin?.(init.offer.engine)
  }

  get from(): MemberId {
    return this.#init.from
  }

  get offer(): SnapshotOffer {
    return this.#init.offer
  }

  get engine(): Engine {
    return this.#init.engine
  }

  get generation(): number {
    return this.#init.generation
  }

  /** Everything up to here was received; written too once `isWriting` is false. */
  get place(): Place {
    return this.#place
  }

  get isWriting(): boolean {
    return this.#writesInFlight > 0 || this.hasRows
  }

  /** Rows wait for `loadSome`; until they are gone no chunk is taken. */
  get hasRows(): boolean {
    return this.#nextRow < this.#rows.length
  }

  /** Whether the last chunk was taken. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /** Our own manifest of what arrived. */
  get manifest(): Manifest {
    const { number, position, chain, era, engine, members } = this.#init.offer
    const { generation } = this.#init
    const manifest = { generation, number, position, chain, era, engine, meta: this.#meta }
    return members === null ? manifest : { ...manifest, members }
  }

  /** Null when the chunk was taken or is none of ours to take now; else why the transfer fails. */
  take(chunk: SnapshotChunk): string | null {
    if (this.#isComplete || !samePlace(chunk.from, this.#place)) return null
    const rows: Row[] = []
    for (const fragment of chunk.fragments) {
      const fault = this.#addFragment(fragment, rows)
      if (fault !== null) return fault
    }
    if (chunk.isLast && (this.#pieces.length > 0 || this.#place.key === null)) {
      return 'it ends within an item'
    }
    this.#isComplete = chunk.isLast
    this.#rows = rows
    this.#nextRow = 0
    if (rows.length === 0 && !this.isWriting) this.#init.onStored(this.#place)
    return null
  }

  /**
   * Loads and writes some of the rows that wait: hundreds of elements each, a few milliseconds for as
   * little as 16 KB, and several times that while the collector marks.
   */
  loadSome(): void {
    const rows: Row[] = []
    let bytes = 0
    while (this.hasRows && bytes < limits.snapshotSliceBytes) {
      const row = this.#rows[this.#nextRow++] as Row
      rows.push(row)
      bytes += row.value.length
    }
    if (rows.length === 0) return
    if (!this.hasRows) this.#rows = []
    this.#store(rows)
  }

  /** It is given up: what waits is not loaded any more. */
  dropRows(): void {
    this.#rows = []
  }

  #addFragment(fragment: Fragment, rows: Row[]): string | null {
    const { key, isFinal, bytes } = fragment
    const last = this.#place.key
    if (last === null ? key !== metaKey : key <= last) return 'its rows are not in order'
    const size = this.#place.offset + bytes.length
    if (size > limits.snapshotItemBytesMax) return 'one of its rows is too large'
    if (!isFinal) {
      this.#pieces.push(bytes)
      this.#place = { key: last, offset: size }
      return null
    }
    const value = this.#pieces.length === 0 ? bytes : joinPieces(this.#pieces, bytes, size)
    this.#pieces = []
    this.#place = { key, offset: 0 }
    if (key === metaKey) this.#meta = Uint8Array.from(value)
    else rows.push({ key, value })
    return null
  }

  #store(rows: readonly Row[]): void {
    const { engine, group, generation, sink } = this.#init
    const place = this.#place
    const isLast = !this.hasRows
    engine.load(rows)
    const puts = rows.map((row) => ({
      key: stateKey(group, generation, row.key),
      value: row.value,
    }))
    this.#writesInFlight++
    sink.write(
      { store: 'state', puts, deletes: [], ranges: [], sync: false, witness: [] },
      (error) => {
        this.#writesInFlight--
        if (error !== null) this.#init.onWriteFailed(error)
        else if (isLast) this.#init.onStored(place)
      },
    )
  }
}

function joinPieces(pieces: readonly Uint8Array[], last: Uint8Array, size: number): Uint8Array {
  const writer = new ByteWriter(size)
  for (const piece of pieces) writer.raw(piece)
  return writer.raw(last).finish()
}
