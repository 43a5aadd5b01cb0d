// A group's log as rows of the log store. The shard drives it: `recover` once, then `writes` for each
// batch of the strategy, whose rows must reach the store in that order. It keeps the place of every
// record, and the entries that may still be truncated; the rows' bytes live on disk only.

import type { LogEntry } from '../api/entry.js'
import type { GroupId } from '../api/ids.js'
import { comparePositions, type Position, positionZero } from '../api/position.js'
import type { Row, RowRange, WitnessNote } from '../api/store.js'
import type { EarlierEntries, StoreBatch } from '../api/strategy.js'
import { assert } from '../base/assert.js'
import { type Hash64, hashEquals, hashZero } from '../base/hash.js'
import {
  decodeRecord,
  encodeRecord,
  encodeState,
  recordIndex,
  recordKey,
  recordPrefix,
  stateKey,
} from './layout.js'
import { type LogBase, type LogFault, recoverLog } from './recovery.js'

export interface RecoveredLog {
  readonly state: Uint8Array | null
  /** Contiguous from base.index + 1. */
  readonly entries: readonly LogEntry[]
  /** Up to the base, where they were asked for. */
  readonly earlier: EarlierEntries | null
  readonly fault: LogFault | null
  /** Damaged records behind the last durable position that were cut: harmless where nobody was told of them. */
  readonly tornRecords: number
}

/** One atomic write of the log store. */
export interface LogWrites {
  readonly puts: Row[]
  readonly deletes: string[]
  readonly ranges: RowRange[]
  /** To be noted once the write is durable. */
  readonly witness: WitnessNote
}

interface Place {
  readonly first: number
  readonly last: number
  readonly size: number
  readonly chainBefore: Hash64
  readonly states: number
  /** Null once settled. */
  entries: readonly LogEntry[] | null
}

/** More whole records than this are cut as a range, not one by one. */
const cutOneByOneMax = 64

export class GroupLog {
  readonly #group: GroupId
  readonly #keepsEarlier: boolean
  /** Records in order, contiguous. */
  #places: Place[] = []
  /** Places below this keep no entries. */
  #settledPlaces = 0
  /** Entries up to here are applied and may not be truncated. */
  #settled = 0
  /** Rows that recovery found and that are not part of the log: they go with the next write. */
  #stale: readonly string[] = []
  #last: Position = positionZero
  #chain: Hash64 = hashZero
  #bytes = 0
  #voteTerm = 0
  #states = 0

  /** `keepsEarlier`: what stands before a checkpoint is of use at the next start, until it is cut. */
  constructor(group: GroupId, keepsEarlier = false) {
    this.#group = group
    this.#keepsEarlier = keepsEarlier
  }

  /** Bytes of all records. */
  get bytes(): number {
    return this.#bytes
  }

  /** Position of the last entry, or of the base when there is none behind it. */
  get last(): Position {
    return this.#last
  }

  /** Chain hash behind the last entry. */
  get chain(): Hash64 {
    return this.#chain
  }

  /** `rows` may hold those of other groups too. What is recovered is the log from now on. */
  recover(rows: readonly Row[], from: LogBase, witness: WitnessNote | null): RecoveredLog {
    const keepsEarlier = this.#keepsEarlier
    const found = recoverLog(this.#group, rows, { from, witness, keepsEarlier })
    this.#places = []
    this.#bytes = 0
    for (const { first, size, record } of found.kept) {
      if (typeof record === 'string') continue
      const { entries, chainBefore, states } = record
      this.#push({ first, last: first + entries.length - 1, size, chainBefore, states, entries })
    }
    this.#settledPlaces = 0
    this.#settled = from.base.index
    this.#stale = found.stale
    this.#last = found.last
    this.#chain = found.chain
    this.#voteTerm = found.voteTerm
    this.#states = found.states
    const { entries, earlier, fault, tornRecords } = found
    return { state: found.hard?.state ?? null, entries, earlier, fault, tornRecords }
  }

  /** Entries up to `index` are applied: they are never truncated, and their records' entries are let go. */
  settle(index: number): void {
    if (index > this.#settled) this.#settled = Math.min(index, this.#last.index)
    const places = this.#places
    while (this.#settledPlaces < places.length) {
      const place = places[this.#settledPlaces] as Place
      if (place.last > this.#settled) return
      place.entries = null
      this.#settledPlaces++
    }
  }

  /** What a strategy's batch means for the store. The log counts as written from here on. */
  writes(batch: StoreBatch): LogWrites {
    const puts: Row[] = []
    const ranges: RowRange[] = []
    const before = this.#last
    const made = { puts, deletes: [...this.#stale], ranges }
    this.#stale = []
    if (batch.reset !== null) this.#reset(batch.reset, made)
    if (batch.cutTo !== null) this.#cut(batch.cutTo, made)
    if (batch.state !== null) {
      this.#states++
      this.#voteTerm = Math.max(this.#voteTerm, batch.voteTerm)
      const hard = { state: batch.state, voteTerm: batch.voteTerm, states: this.#states }
      made.puts.push({ key: stateKey(this.#group), value: encodeState(this.#group, hard) })
    }
    if (batch.entries.length > 0) this.#append(batch, made)
    // A long history that takes the place of a later term's entries ends below them until it is complete.
    const goesBack = batch.reset !== null || comparePositions(this.#last, before) < 0
    const witness: WitnessNote = {
      group: this.#group,
      position: this.#last,
      voteTerm: this.#voteTerm,
      sync: batch.state !== null || goesBack,
      states: this.#states,
    }
    const { deletes } = made
    return { puts, deletes, ranges, witness: goesBack ? { ...witness, reset: true } : witness }
  }

  /** The rows that hold entries `from` to `to`, both included; an empty range when they were cut. */
  read(from: number, to: number): RowRange {
    const at = this.#placeOf(from)
    const start = this.#places[at]
    if (start === undefined || start.first > from || to < from) {
      const key = recordKey(this.#group, from)
      return { from: key, to: key }
    }
    return { from: recordKey(this.#group, start.first), to: recordKey(this.#group, to + 1) }
  }

  /** Entries `from` to `to` out of scanned rows: contiguous from `from`, as far as they are intact. */
  decode(rows: readonly Row[], from: number, to: number): LogEntry[] {
    const entries: LogEntry[] = []
    let next = from
    const prefix = recordPrefix(this.#group)
    for (const { key, value } of rows) {
      const first = recordIndex(prefix, key)
      if (first === null) continue
      const record = decodeRecord(this.#group, first, value)
      if (typeof record === 'string' || first > next) break
      for (const entry of record.entries) {
        if (entry.index !== next || next > to) continue
        entries.push(entry)
        next++
      }
    }
    return entries
  }

  #push(place: Place): void {
    this.#places.push(place)
    this.#bytes += place.size
  }

  #append(batch: StoreBatch, made: { puts: Row[]; deletes: string[] }): void {
    const first = (batch.entries[0] as LogEntry).index
    if (first <= this.#last.index) this.#truncate(first, made)
    else assert(first === this.#last.index + 1, 'a batch follows the log without a gap')
    assert(hashEquals(this.#chain, batch.chainBefore), 'a batch continues the chain of the log')
    this.#record(batch.entries, batch.chainBefore, made.puts)
  }

  #record(entries: readonly LogEntry[], chainBefore: Hash64, puts: Row[]): void {
    const first = (entries[0] as LogEntry).index
    const end = entries[entries.length - 1] as LogEntry
    assert(end.index - first === entries.length - 1, 'the entries of a batch are contiguous')
    const states = this.#states
    const { bytes, chainAfter } = encodeRecord(this.#group, entries, { chainBefore, states })
    puts.push({ key: recordKey(this.#group, first), value: bytes })
    this.#push({ first, last: end.index, size: bytes.length, chainBefore, states, entries })
    this.#last = { term: end.term, index: end.index }
    this.#chain = chainAfter
  }

  /** Drops entries from `first` on; a record that holds earlier ones, too, is written again as its head. */
  #truncate(first: number, made: { puts: Row[]; deletes: string[] }): void {
    assert(first > this.#settled, 'an applied entry is never truncated')
    const at = this.#placeOf(first)
    const gone = this.#places.splice(Math.max(at, 0))
    this.#settledPlaces = Math.min(this.#settledPlaces, this.#places.length)
    for (const place of gone) {
      this.#bytes -= place.size
      made.deletes.push(recordKey(this.#group, place.first))
    }
    const split = gone[0]
    if (split === undefined) return
    this.#chain = split.chainBefore
    if (split.first >= first) return
    assert(split.entries !== null, 'a record that is truncated still has its entries')
    this.#record(split.entries.slice(0, first - split.first), split.chainBefore, made.puts)
  }

  #cut(to: number, made: { deletes: string[]; ranges: RowRange[] }): void {
    this.settle(to)
    const places = this.#places
    let count = 0
    while (count < places.length && (places[count] as Place).last <= to) count++
    if (count === 0) return
    const gone = places.splice(0, count)
    this.#settledPlaces = Math.max(0, this.#settledPlaces - count)
    for (const place of gone) this.#bytes -= place.size
    this.#drop(gone, made)
  }

  /** Whole records from the front go: many as one range, which the host deletes after it. Power loss may bring any back. */
  #drop(gone: readonly Place[], made: { deletes: string[]; ranges: RowRange[] }): void {
    if (gone.length <= cutOneByOneMax) {
      for (const place of gone) made.deletes.push(recordKey(this.#group, place.first))
      return
    }
    const end = (gone[gone.length - 1] as Place).first + 1
    made.ranges.push({ from: recordKey(this.#group, 0), to: recordKey(this.#group, end) })
  }

  /**
   * The log starts anew behind a snapshot. Records that reach beyond it go one by one in the atomic
   * batch, so that a crash never leaves a suffix of the old log that could pass for the new one.
   */
  #reset(
    reset: { readonly at: Position; readonly chain: Hash64 },
    made: { deletes: string[]; ranges: RowRange[] },
  ): void {
    const gone = this.#places
    const below = gone.filter((place) => place.last <= reset.at.index)
    this.#drop(below, made)
    for (const place of gone.slice(below.length)) {
      made.deletes.push(recordKey(this.#group, place.first))
    }
    this.#places = []
    this.#settledPlaces = 0
    this.#settled = reset.at.index
    this.#bytes = 0
    this.#last = reset.at
    this.#chain = reset.chain
  }

  /** Offset of the last record that begins at or below `index`; -1 for none. */
  #placeOf(index: number): number {
    let low = 0
    let high = this.#places.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#places[middle] as Place).first <= index) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
