// The map from slots to shard groups, with the epoch of the topology that it comes from. Routing
// reads it per key; only a new topology replaces it.

import { assert } from '../base/assert.js'
import { slotCount } from '../base/keyslot.js'
import { assignSlots } from './ring.js'

/** A run of slots of one shard group, both ends included: what CLUSTER SLOTS prints. */
export interface SlotRange {
  readonly from: number
  readonly to: number
  readonly shard: number
}

/** Immutable: slot to index of its shard group. */
export class SlotMap {
  readonly epoch: number
  readonly shardCount: number
  readonly #owners: Uint16Array

  constructor(owners: ArrayLike<number>, shardCount: number, epoch: number) {
    assert(owners.length === slotCount, 'every slot has an owner')
    this.#owners = new Uint16Array(owners)
    for (const owner of this.#owners) assert(owner < shardCount, 'an owner is a shard group')
    this.shardCount = shardCount
    this.epoch = epoch
  }

  /** Each shard group owns one run of slots; the runs differ by one slot at most. */
  static even(shardCount: number, epoch = 1): SlotMap {
    return SlotMap.weighted(new Array<number>(shardCount).fill(1), epoch)
  }

  /** Each shard group owns one run of slots, in proportion to its weight. */
  static weighted(weights: readonly number[], epoch = 1): SlotMap {
    const owners = assignSlots(weights.map((weight, id) => ({ id, weight })))
    return new SlotMap(owners, weights.length, epoch)
  }

  shardOf(slot: number): number {
    const owner = this.#owners[slot]
    assert(owner !== undefined, 'a slot is in [0, 16383]')
    return owner
  }

  /** Ascending runs that cover all slots. */
  ranges(): SlotRange[] {
    const made: SlotRange[] = []
    let from = 0
    for (let slot = 1; slot <= slotCount; slot++) {
      if (slot < slotCount && this.#owners[slot] === this.#owners[from]) continue
      made.push({ from, to: slot - 1, shard: this.#owners[from] as number })
      from = slot
    }
    return made
  }
}
