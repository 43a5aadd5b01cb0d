// The engine's side of replication without an order: own entries are recorded as they are executed, those
// of others are merged. The shard drives it; `api/engine` says how.

import type { DigestWork, EngineMerging, MergedEntry, SlotMerge } from '../api/engine.js'
import type { Payload } from '../api/entry.js'
import { assert } from '../base/assert.js'
import type { Hash64 } from '../base/hash.js'
import type { Context } from './context.js'
import { Cells } from './merge/cells.js'
import {
  decodeCells,
  encodeCells,
  type ExchangeInit,
  exportSlot,
  holdsSlot,
  nextSlot,
  isSlot,
  mergeSlot,
} from './merge/exchange.js'
import { Merger } from './merge/merger.js'
import { storedAt, valueAt } from './merge/open.js'
import { Recorder } from './merge/recorder.js'
import { placesDb } from './place-key.js'
import { isSettled, maySettle, settleCell } from './merge/settle.js'
import { SlotDigests } from './merge/slot-digest.js'

/** Seats of a stamp: its last six bits. */
const seats = 64
/** Keys that removals may be owed for; what is beyond is left to repair. */
const owedMax = 65_536

export class Merging implements EngineMerging {
  saturated = 0
  /** Parts of a cell from which on it is worth a look before all of it is stable; tests look at all. */
  partsKept = 64
  readonly #context: Context
  #seat: number | (() => number)
  readonly #cells: Cells
  readonly #digests: SlotDigests
  readonly #followSettings: () => void
  readonly #recorder: Recorder
  readonly #merger: Merger
  readonly #exchange: ExchangeInit
  /** The greatest stamp that was executed since the start. */
  #latest = 0
  /** Database and key, of each once. */
  #owed = new Map<string, readonly [number, string]>()

  /** `seat`: of this member's stamps. `followSettings`: hidden databases may have changed. */
  constructor(context: Context, seat: number | (() => number), followSettings: () => void) {
    this.#context = context
    this.#seat = seat
    this.#followSettings = followSettings
    const { keyspace, effects } = context
    this.#cells = new Cells(keyspace)
    this.#digests = new SlotDigests(keyspace, effects.versions)
    const ground = { keyspace, cells: this.#cells }
    this.#recorder = new Recorder(ground)
    effects.record(this.#recorder)
    this.#exchange = { ...ground, effects, count: this, clock: () => context.clock }
    const owe = (db: number, key: string): void => this.#owe(db, key)
    this.#merger = new Merger({ ...this.#exchange, owe, latest: () => this.#latest })
  }

  /** Commands are tried out and undone: nothing of it is told or kept, but automatic ids are those of this member. */
  speculates(isOn: boolean): void {
    if (isOn) this.#recorder.tryOut()
    else this.#recorder.hearing = 'nothing'
    if (typeof this.#seat !== 'number') this.#seat = this.#seat()
    this.#context.seat = isOn ? this.#seat : -1
  }

  prepare(stamp: number, ms = 0): void {
    const { effects, clock } = this.#context
    effects.clock = clock
    this.#recorder.begin(stamp)
    if (stamp > this.#latest) this.#latest = stamp
    this.#context.seat = stamp % seats
    this.#context.idMs = ms
    this.#payOwed()
  }

  prepared(): Payload {
    this.#context.seat = -1
    return this.#recorder.finish()
  }

  merge(operations: Uint8Array, entry: MergedEntry): boolean {
    const recorder = this.#recorder
    assert(recorder.hearing === 'nothing', 'entries are merged one by one')
    const { effects, clock } = this.#context
    effects.clock = clock
    this.#context.keyspace.unpacked.trim()
    recorder.hearing = 'merged'
    if (entry.stamp > this.#latest) this.#latest = entry.stamp
    const isWhole = this.#merger.merge(operations, entry)
    recorder.hearing = 'nothing'
    if (this.#merger.changed(placesDb)) this.#followSettings()
    return isWhole
  }

  stable(upTo: number): void {
    const ground = this.#exchange
    this.#cells.settle(upTo, (db, key, cell) => {
      if (!maySettle(cell, upTo, this.partsKept)) return false
      return isSettled(cell, upTo) || settleCell(cell, valueAt(ground, db, key), upTo)
    })
  }

  get owes(): boolean {
    return this.#owed.size > 0
  }

  get unstableKeys(): number {
    return this.#cells.size
  }

  /** Bytes of what is kept of keys beside their values. */
  get keptBytes(): number {
    return this.#cells.bytes
  }

  keptBytesOf(db: number, key: string): number {
    return this.#cells.bytesOf(db, key)
  }

  /** As `slotDigest`, whatever was known: for tests. */
  freshDigest(slot: number): Hash64 {
    return this.#digests.fresh(slot, this.#context.clock)
  }

  slotDigest(slot: number): Hash64 {
    return this.#digests.of(slot, this.#context.clock)
  }

  digestStep(slot: number, work: DigestWork): Hash64 | 'changed' | null {
    return this.#digests.step(slot, this.#context.clock, work)
  }

  saveUnstable(): Uint8Array {
    return encodeCells(this.#exchange)
  }

  loadUnstable(bytes: Uint8Array): boolean {
    assert(this.#cells.size === 0, 'what is unstable is loaded behind the rows')
    return decodeCells(this.#exchange, bytes)
  }

  nextSlot(from: number): number {
    return nextSlot(this.#exchange, from)
  }

  holdsSlot(slot: number): boolean {
    return holdsSlot(this.#exchange, slot)
  }

  exportSlot(slot: number): Uint8Array {
    this.#context.keyspace.unpacked.trim()
    return exportSlot(this.#exchange, slot)
  }

  isSlot(exported: Uint8Array, slot: number): boolean {
    return isSlot(this.#exchange, exported, slot)
  }

  mergeSlot(exported: Uint8Array, how: SlotMerge): boolean {
    const recorder = this.#recorder
    assert(recorder.hearing === 'nothing', 'slots are merged between entries')
    this.#context.keyspace.unpacked.trim()
    recorder.hearing = 'merged'
    const isWhole = mergeSlot(this.#exchange, exported, how)
    recorder.hearing = 'nothing'
    return isWhole
  }

  #owe(db: number, key: string): void {
    if (this.#owed.size < owedMax) this.#owed.set(`${db} ${key}`, [db, key])
  }

  /** Removes what ended here for all, save what has come since: repair sees to that. */
  #payOwed(): void {
    if (this.#owed.size === 0) return
    const ground = this.#exchange
    const { db: home } = this.#context
    for (const [db, key] of this.#owed.values()) {
      if (storedAt(ground, db, key) !== undefined) continue
      this.#context.select(db)
      this.#recorder.remove(key)
    }
    this.#owed = new Map()
    this.#context.select(home)
  }
}
