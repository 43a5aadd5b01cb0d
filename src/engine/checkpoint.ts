// Checkpoints of one engine: begun at an exact state, written in slices, finished or given up. What is
// written is what the ledger says changed; a segment that changes first leaves its pre-image there. The
// manifest sums up the hashes of all live rows, so a missing, stale, extra or altered row shows at load.

import type { CheckpointStep } from '../api/engine.js'
import { rowKey } from '../api/row-key.js'
import type { Row } from '../api/store.js'
import { assert } from '../base/assert.js'
import { ByteWriter, noBytes, Slab } from '../base/bytes.js'
import { slotCount } from '../base/keyslot.js'
import type { Effects } from './effects.js'
import type { Keyspace } from './keyspace.js'
import { type Dropped, type Frozen, isPart, type PartImage, placeOf } from './ledger.js'
import type { Loaded } from './loader.js'
import {
  encodeManifest,
  encodePreImage,
  encodeSegment,
  hashRow,
  type LiveRow,
  openRow,
  parseRowKey,
  partPlace,
  type RowKey,
  rowPlace,
  sealRow,
  versionsDb,
} from './rows.js'
import { type PreImage, type Segment, states } from './segment.js'
import type { Body, Part } from './values/part.js'
import { VersionRows } from './version-rows.js'

/** Parts of bodies that are gone, looked up in one slice. */
const droppedPerSlice = 2_000

/** A checkpoint that is open. */
interface Open {
  readonly number: number
  readonly clock: number
  readonly frozen: Frozen
  readonly versions: VersionRows
  readonly raised: number
  /** Places whose rows are not part of it any more: each gets a tombstone. */
  readonly removed: string[]
  readonly removedSet: ReadonlySet<string>
  /** What stood at the places that it wrote or removed: an abort puts it back. */
  readonly before: Before[]
  /** Row keys that nobody needs once it is finished. */
  readonly garbage: string[]
  /** Number and sum of the hashes of the rows that are part of it, as far as it is written. */
  readonly sum: RowSum
  nextUnit: number
  /** How far the bodies that are gone are told of: body, and part of it. */
  nextDropped: number
  nextStart: number
  nextVersions: number
  nextRemoved: number
  isWritten: boolean
}

interface Before {
  readonly place: string
  readonly row: LiveRow | undefined
}

/** Count of rows, and sum of their hashes by lanes, modulo 2^32. */
class RowSum {
  rows = 0
  high = 0
  low = 0

  add({ hash }: LiveRow): void {
    this.rows++
    this.high = (this.high + hash.high) >>> 0
    this.low = (this.low + hash.low) >>> 0
  }

  subtract({ hash }: LiveRow): void {
    this.rows--
    this.high = (this.high - hash.high) >>> 0
    this.low = (this.low - hash.low) >>> 0
  }

  copy(): RowSum {
    const made = new RowSum()
    made.rows = this.rows
    made.high = this.high
    made.low = this.low
    return made
  }
}

export class Checkpoints {
  readonly #keyspace: Keyspace
  readonly #effects: Effects
  /** Rows of the last finished checkpoint by place, and of the open one as far as it is written: thousands change hands in no single turn. */
  #live = new Map<string, LiveRow>()
  #sum = new RowSum()
  /** Slot versions as the last finished checkpoint has them. */
  readonly #versions = new Float64Array(slotCount)
  /** How often versions had been raised when that began. */
  #raised = 0
  #lastNumber = 0
  #open: Open | null = null
  #garbage: string[] = []
  /**
   * Places with a row of a checkpoint that was not finished. Until that row is deleted a later
   * checkpoint would take it for its own, so the next one writes these places anew.
   */
  readonly #suspects = new Set<string>()
  readonly #writer = new ByteWriter(4 * 1024)

  constructor(keyspace: Keyspace, effects: Effects) {
    this.#keyspace = keyspace
    this.#effects = effects
    keyspace.ledger.mayHaveRow = (place) => this.#open !== null || this.#live.has(place)
  }

  /** Changes since the last finished one began. */
  get changed(): number {
    return this.#effects.raised - this.#raised
  }

  begin(number: number, clock: number): void {
    assert(this.#open === null, 'one checkpoint is open at a time')
    assert(number > this.#lastNumber, 'checkpoint numbers grow')
    this.#lastNumber = number
    const frozen = this.#keyspace.ledger.freeze()
    const removed = this.#removed(frozen)
    const sum = this.#sum.copy()
    for (const place of removed) {
      const row = this.#live.get(place)
      if (row !== undefined) sum.subtract(row)
    }
    this.#open = {
      number,
      clock,
      frozen,
      versions: new VersionRows(this.#effects.versions, this.#versions),
      raised: this.#effects.raised,
      removed,
      removedSet: new Set(removed),
      before: [],
      garbage: [],
      sum,
      nextUnit: 0,
      nextDropped: 0,
      nextStart: 0,
      nextVersions: 0,
      nextRemoved: 0,
      isWritten: false,
    }
  }

  step(keysMax: number, bytesMax: number): CheckpointStep {
    const open = this.#open
    assert(open !== null && !open.isWritten, 'a checkpoint with rows to write is open')
    const slice = new Slice(keysMax, bytesMax)
    this.#writePreImages(open, slice)
    this.#writeUnits(open, slice)
    this.#writeVersions(open, slice)
    this.#removeDropped(open, slice)
    this.#writeTombstones(open, slice)
    if (slice.isFull || open.nextDropped < open.frozen.dropped.length) {
      return { puts: slice.puts, keys: slice.keys, manifest: null }
    }
    open.isWritten = true
    return { puts: slice.puts, keys: slice.keys, manifest: this.#manifest(open) }
  }

  finish(): void {
    const open = this.#open
    assert(open?.isWritten === true, 'a checkpoint that is written is open')
    if (this.#garbage.length === 0) this.#garbage = open.garbage
    else for (const key of open.garbage) this.#garbage.push(key)
    open.versions.putInto(this.#versions)
    this.#raised = open.raised
    this.#sum = open.sum
    this.#suspects.clear()
    this.#open = null
    this.#keyspace.ledger.thaw(null)
  }

  /** What it had taken counts as changed again, and what it wrote as never written. */
  abort(): void {
    const open = this.#open
    assert(open !== null, 'a checkpoint is open')
    const ledger = this.#keyspace.ledger
    this.#open = null
    ledger.thaw(open.frozen)
    for (const { place, row } of open.before) {
      if (row === undefined) this.#live.delete(place)
      else this.#live.set(place, row)
      this.#suspect(place, open.number)
    }
    // Those that it did not come to: nothing else would name them to the next one.
    for (let i = open.nextRemoved; i < open.removed.length; i++) {
      this.#suspect(open.removed[i] as string, open.number)
    }
  }

  garbage(countMax: number): readonly string[] {
    return this.#garbage.splice(0, countMax)
  }

  /** Takes over what a load found. */
  restore(loaded: Loaded): void {
    this.#live = loaded.live
    for (const row of loaded.live.values()) this.#sum.add(row)
    this.#lastNumber = loaded.manifest.number
    this.#versions.set(this.#effects.versions)
    this.#raised = this.#effects.raised
    this.#garbage = loaded.garbage
    for (const at of loaded.unfinished) this.#suspect(at.place, at.number)
  }

  #suspect(place: string, number: number): void {
    this.#garbage.push(rowKey(place, number))
    this.#suspects.add(place)
    this.#lastNumber = Math.max(this.#lastNumber, number)
    const at = parseRowKey(rowKey(place, number)) as RowKey
    // A version never goes below zero, so this block differs from whatever comes.
    if (at.db === versionsDb) this.#versions[at.slot] = -1
    else {
      const unit = this.#keyspace.at(at)
      if (unit === undefined) return
      if (isPart(unit)) this.#keyspace.ledger.touchPart(unit)
      else this.#keyspace.ledger.touch(unit)
    }
  }

  /** Places with a row where no segment is any more. */
  #removed(frozen: Frozen): string[] {
    const removed = new Set<string>()
    const consider = (place: string): void => {
      const at = parseRowKey(rowKey(place, 0)) as RowKey
      if (at.db !== versionsDb && this.#keyspace.at(at) === undefined) removed.add(place)
    }
    for (const place of frozen.vacated) if (this.#live.has(place)) consider(place)
    for (const place of this.#suspects) consider(place)
    if (frozen.cleared.size === 0) return [...removed]
    for (const place of this.#live.keys()) {
      const at = parseRowKey(rowKey(place, 0)) as RowKey
      if (frozen.cleared.has(at.db)) consider(place)
    }
    return [...removed]
  }

  #writePreImages(open: Open, slice: Slice): void {
    const images = this.#keyspace.ledger.preImages
    let count = 0
    while (count < images.length && !slice.isFull) {
      const image = images[count++] as PreImage | PartImage | Segment
      if ('part' in image) this.#writePart(open, slice, image)
      else this.#writeImage(open, slice, image)
    }
    images.splice(0, count)
  }

  #writeUnits(open: Open, slice: Slice): void {
    const units = open.frozen.units
    while (open.nextUnit < units.length && !slice.isFull) {
      const unit = units[open.nextUnit++] as Segment | Part
      if (unit.state !== states.frozen) continue
      if (isPart(unit)) this.#writePart(open, slice, { place: placeOf(unit), part: unit })
      else this.#writeImage(open, slice, unit)
      unit.state = states.clean
    }
  }

  #writeImage(open: Open, slice: Slice, image: PreImage | Segment): void {
    const place = rowPlace(image.db, image.slot, image.start)
    openRow(this.#writer)
    if ('map' in image) encodeSegment(this.#writer, image)
    else {
      encodePreImage(this.#writer, image)
      image.isWritten = true
    }
    this.#write(open, slice, { place, keys: 'map' in image ? image.map.size : image.keys.length })
  }

  #writePart(open: Open, slice: Slice, { place, part }: PartImage): void {
    const { kind } = part.body as Body
    kind.encode(openRow(this.#writer), part)
    this.#write(open, slice, { place, keys: part.size })
  }

  /** Of bodies that are gone: which places have rows is looked up slice by slice. */
  #removeDropped(open: Open, slice: Slice): void {
    const { dropped } = open.frozen
    let left = droppedPerSlice
    while (open.nextDropped < dropped.length && !slice.isFull && left > 0) {
      const { db, slot, id, starts } = dropped[open.nextDropped] as Dropped
      for (; open.nextStart < starts.length && left > 0; left--) {
        const place = partPlace({ db, slot, id, start: starts[open.nextStart++] as number })
        const row = this.#live.get(place)
        if (row === undefined || open.removedSet.has(place)) continue
        open.sum.subtract(row)
        open.removed.push(place)
      }
      if (open.nextStart < starts.length) break
      open.nextDropped++
      open.nextStart = 0
    }
  }

  #writeVersions(open: Open, slice: Slice): void {
    const { firsts } = open.versions
    while (open.nextVersions < firsts.length && !slice.isFull) {
      const row = open.nextVersions++
      openRow(this.#writer)
      for (const version of open.versions.row(row)) this.#writer.varint(version)
      const place = rowPlace(versionsDb, firsts[row] as number, 0)
      this.#write(open, slice, { place, keys: 1 })
    }
  }

  #writeTombstones(open: Open, slice: Slice): void {
    while (open.nextRemoved < open.removed.length && !slice.isFull) {
      const place = open.removed[open.nextRemoved++] as string
      const key = rowKey(place, open.number)
      slice.add({ key, value: noBytes }, 1)
      this.#supersede(open, place)
      this.#live.delete(place)
      // Behind the row that it hides, so that it is never deleted before that.
      open.garbage.push(key)
    }
  }

  #write(open: Open, slice: Slice, what: { readonly place: string; readonly keys: number }): void {
    const row = sealRow(rowKey(what.place, open.number), this.#writer, slice.slab)
    const made = { number: open.number, hash: hashRow(row) }
    const before = this.#supersede(open, what.place)
    assert(before?.number !== open.number, 'a checkpoint writes a place once')
    if (before !== undefined) open.sum.subtract(before)
    open.sum.add(made)
    this.#live.set(what.place, made)
    slice.add(row, what.keys)
  }

  #manifest({ number, clock, sum }: Open): Uint8Array {
    const { rows, high, low } = sum
    return encodeManifest({ number, rows, sum: { high, low }, clock })
  }

  /** The row of a place, which is about to count no more. */
  #supersede(open: Open, place: string): LiveRow | undefined {
    const row = this.#live.get(place)
    open.before.push({ place, row })
    if (row !== undefined) open.garbage.push(rowKey(place, row.number))
    return row
  }
}

/** Bytes of the buffers that the rows of one step share. */
const slabBytes = 64 * 1024

/** Rows of one step, up to its bounds. */
class Slice {
  readonly puts: Row[] = []
  /** For the values. */
  readonly slab = new Slab(slabBytes)
  keys = 0
  #bytes = 0
  readonly #keysMax: number
  readonly #bytesMax: number

  constructor(keysMax: number, bytesMax: number) {
    this.#keysMax = keysMax
    this.#bytesMax = bytesMax
  }

  get isFull(): boolean {
    return this.keys >= this.#keysMax || this.#bytes >= this.#bytesMax
  }

  add(row: Row, keys: number): void {
    this.puts.push(row)
    this.keys += keys
    this.#bytes += row.key.length + row.value.length
  }
}
