// Entries without a total order at the executor: what this member's own ones change is recorded and given to
// the strategy, those of others are merged.

import type { Engine, EngineMerging } from '../api/engine.js'
import type { Payload } from '../api/entry.js'
import type { Token } from '../api/ids.js'
import type { Delivery, MergeView } from '../api/strategy.js'
import { type Hash64, hashZero } from '../base/hash.js'
import { slotCount } from '../base/keyslot.js'
import { msOfStamp } from '../log/stamps.js'
import type { Waiters } from './waiters.js'

/** Equal on members that merged the same entries. Walks all data. */
export function visibleDigest(merging: EngineMerging): Hash64 {
  let { high, low } = hashZero
  for (let slot = 0; slot < slotCount; slot++) {
    const digest = merging.slotDigest(slot)
    high = (Math.imul(high, 31) + digest.high) >>> 0
    low = (Math.imul(low, 31) + digest.low) >>> 0
  }
  return { high, low }
}

/** What a view is of; nothing is seen while an entry is half executed. */
export interface Viewed {
  readonly engine: Engine
  readonly isBetweenEntries: boolean
}

export function viewOf(viewed: Viewed): MergeView {
  const merging = (): EngineMerging | undefined =>
    viewed.isBetweenEntries ? viewed.engine.merging : undefined
  return {
    holdsSlot: (slot) => merging()?.holdsSlot(slot) ?? null,
    nextSlot: (from) => merging()?.nextSlot(from) ?? null,
    slotDigest: (slot) => merging()?.slotDigest(slot) ?? null,
    digestStep: (slot, work) => merging()?.digestStep(slot, work) ?? null,
    exportSlot: (slot) => merging()?.exportSlot(slot) ?? null,
    isSlot: (exported, slot) => viewed.engine.merging?.isSlot(exported, slot) ?? false,
    dataBytes: () => viewed.engine.memoryBytes,
  }
}

/** An engine's counters; of how many keys it keeps something to merge with, and how often a counter ended at its bound. */
export function countersOf({ counters, merging }: Engine): Readonly<Record<string, number>> {
  return merging === undefined
    ? { ...counters }
    : { ...counters, unstable_keys: merging.unstableKeys, saturated: merging.saturated }
}

export interface MergingHost {
  /** What a delivery changed, null for nothing. */
  prepared(token: Token, operations: Payload | null): void
  /** An entry of another member begins. */
  opens(): void
  /** Something waits for an entry of this member, whatever is in it. */
  owes(): void
}

export class Merging {
  readonly #host: MergingHost
  /** An own entry is open in the engine. */
  #isPreparing = false
  /** What the engine is not told yet. */
  #stable = 0

  constructor(host: MergingHost) {
    this.#host = host
  }

  /** The engine was replaced. */
  reset(): void {
    this.#isPreparing = false
  }

  /** The open entry is this member's own: others are told what it changes from here on. */
  prepare(engine: Engine, delivery: Delivery | undefined): void {
    const merge = delivery?.merge
    if (merge === undefined || engine.merging === undefined) return
    engine.merging.prepare(merge.stamp, msOfStamp(merge.stamp))
    this.#isPreparing = true
  }

  get isPreparing(): boolean {
    return this.#isPreparing
  }

  /** An entry or a slot of another member, or one that was read back; false where it is malformed. */
  merge(engine: Engine, { merge, slot }: Delivery, waiters: Pick<Waiters, 'hasReady'>): boolean {
    const { merging } = engine
    if (merging === undefined) return false
    this.#host.opens()
    if (slot !== undefined) {
      engine.beginEntry(engine.clock, 0, 0)
      if (!merging.mergeSlot(slot.exported, slot)) return false
    } else {
      if (merge === undefined || merge.ops === null) return false
      engine.beginEntry(msOfStamp(merge.stamp), 0, 0)
      if (!merging.merge(merge.ops, merge)) return false
    }
    // Those who wait are served by an entry of our own.
    if (merging.owes || waiters.hasReady) this.#host.owes()
    return true
  }

  /** The entry is done. */
  done(engine: Engine, { token, merge }: Delivery): void {
    if (merge === undefined) return
    if (merge.ops === null && token !== null) {
      const operations = this.#isPreparing ? engine.merging?.prepared() : undefined
      this.#isPreparing = false
      const isChange = operations !== undefined && operations.size > 0
      this.#host.prepared(token, isChange ? operations : null)
    }
    this.settle(engine)
  }

  /** Everything up to this stamp is with all members; told to the engine by `settle`. */
  stable(upTo: number): void {
    this.#stable = upTo
  }

  /** No entry is half done. */
  settle(engine: Engine): void {
    if (this.#stable === 0) return
    engine.merging?.stable(this.#stable)
    this.#stable = 0
  }
}
