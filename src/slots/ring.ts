// The ring: 16384 slots in a circle, cut into runs, the virtual nodes of the shard groups. Each group owns its share
// of them by weight, to the slot; where groups or weights change, only what must moves, in few long runs. Pure
// arithmetic on integers: every member computes the same.

import { assert } from '../base/assert.js'
import { slotCount } from '../base/keyslot.js'

export interface RingShard {
  readonly id: number
  /** Share of the load, a positive integer; 1 for equal groups. */
  readonly weight: number
}

/** A slot that nobody owns. */
const free = -1

interface Run {
  readonly from: number
  readonly length: number
}

/**
 * The id of the owner of each slot. `before` are the owners until now: a slot stays with a group as long as that
 * has no more than its share. Without it each group gets one run, in the order of ids.
 */
export function assignSlots(
  shards: readonly RingShard[],
  before: ArrayLike<number> | null = null,
): Int32Array {
  assert(shards.length > 0, 'a ring has a shard group')
  const sorted = [...shards].sort((a, b) => a.id - b.id)
  const shares = sharesOf(sorted)
  const owners = new Int32Array(slotCount).fill(free)
  if (before !== null) {
    for (let slot = 0; slot < slotCount; slot++) {
      const owner = before[slot] as number
      if (shares.has(owner)) owners[slot] = owner
    }
  }
  for (const { id } of sorted) giveBack(owners, id, shares.get(id) as number)
  take(owners, sorted, shares)
  return owners
}

/** Slots of each group by its id: what ends before its part of the circle does. */
function sharesOf(sorted: readonly RingShard[]): Map<number, number> {
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0)
  const shares = new Map<number, number>()
  let weights = 0
  let given = 0
  for (const { id, weight } of sorted) {
    assert(Number.isSafeInteger(weight) && weight > 0, 'the weight of a shard group is positive')
    assert(!shares.has(id), 'a shard group is in the ring once')
    weights += weight
    const end = Math.ceil((slotCount * weights) / total)
    shares.set(id, end - given)
    given = end
  }
  return shares
}

/** Frees what a group owns beyond its share: its shortest runs first, then the end of one that is long enough. */
function giveBack(owners: Int32Array, id: number, share: number): void {
  const runs = runsOf(owners, id).sort((a, b) => a.length - b.length || a.from - b.from)
  let excess = runs.reduce((sum, { length }) => sum + length, 0) - share
  for (const { from, length } of runs) {
    if (excess <= 0) return
    const count = Math.min(length, excess)
    owners.fill(free, from + length - count, from + length)
    excess -= count
  }
}

/** Free slots go to those who have less than their share, in the order of both. */
function take(
  owners: Int32Array,
  sorted: readonly RingShard[],
  shares: ReadonlyMap<number, number>,
): void {
  const runs = runsOf(owners, free)
  let next = 0
  let from = runs[0]?.from ?? slotCount
  for (const { id } of sorted) {
    let room = (shares.get(id) as number) - count(owners, id)
    while (room > 0) {
      const run = runs[next] as Run
      const length = Math.min(run.from + run.length - from, room)
      owners.fill(id, from, from + length)
      room -= length
      from += length
      if (from < run.from + run.length) continue
      next++
      from = runs[next]?.from ?? slotCount
    }
  }
}

function runsOf(owners: Int32Array, id: number): Run[] {
  const runs: Run[] = []
  for (let slot = 0; slot < slotCount; slot++) {
    if (owners[slot] !== id) continue
    const from = slot
    while (slot < slotCount && owners[slot] === id) slot++
    runs.push({ from, length: slot - from })
  }
  return runs
}

function count(owners: Int32Array, id: number): number {
  let found = 0
  for (const owner of owners) if (owner === id) found++
  return found
}
