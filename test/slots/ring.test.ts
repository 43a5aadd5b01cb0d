// The ring: shares by weight to the slot, and moves of what must move and no more.

import test from 'ava'
import { slotCount } from '../../src/base/keyslot.js'
import { Random } from '../../src/base/random.js'
import { SlotMap } from '../../src/slots/map.js'
import { assignSlots, type RingShard } from '../../src/slots/ring.js'

function shardsOf(count: number): RingShard[] {
  return Array.from({ length: count }, (_, id) => ({ id, weight: 1 }))
}

function countsOf(owners: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>()
  for (let slot = 0; slot < slotCount; slot++) {
    const owner = owners[slot] as number
    counts.set(owner, (counts.get(owner) ?? 0) + 1)
  }
  return counts
}

function moved(before: ArrayLike<number>, after: ArrayLike<number>): number {
  let count = 0
  for (let slot = 0; slot < slotCount; slot++) if (before[slot] !== after[slot]) count++
  return count
}

function runs(owners: ArrayLike<number>): number {
  let count = 1
  for (let slot = 1; slot < slotCount; slot++) if (owners[slot] !== owners[slot - 1]) count++
  return count
}

/** What cannot stay: slots of groups that are gone, and what others have beyond their shares. */
function mustMove(before: ArrayLike<number>, after: ArrayLike<number>): number {
  const then = countsOf(before)
  const now = countsOf(after)
  let count = 0
  for (const [id, slots] of then) count += Math.max(0, slots - (now.get(id) ?? 0))
  return count
}

test('ring: 1 to 64 equal shard groups: one run each, the largest at most a slot above the mean', (t) => {
  for (let count = 1; count <= 64; count++) {
    const owners = assignSlots(shardsOf(count))
    const sizes = [...countsOf(owners).values()]

    t.is(sizes.length, count)
    t.true(Math.max(...sizes) <= Math.ceil(slotCount / count))
    t.true(Math.max(...sizes) / (slotCount / count) <= 1.05)
    t.is(runs(owners), count)
    t.deepEqual([...owners], ownersOf(SlotMap.even(count)))
  }
})

function ownersOf(map: SlotMap): number[] {
  return Array.from({ length: slotCount }, (_, slot) => map.shardOf(slot))
}

test('ring: a shard group is added to each of 3 to 63: its share moves, to it, and nothing else', (t) => {
  let owners = assignSlots(shardsOf(3))
  for (let count = 3; count < 64; count++) {
    const after = assignSlots(shardsOf(count + 1), owners)
    const share = moved(owners, after) / slotCount

    t.true(share <= 1 / (count + 1) + 0.02, `${count}: ${share}`)
    t.is(moved(owners, after), countsOf(after).get(count) ?? 0)
    t.is(moved(owners, after), mustMove(owners, after))
    owners = after
  }
  t.true(runs(owners) <= 2_100, String(runs(owners)))
})

test('ring: a shard group is removed: its slots move, and no others', (t) => {
  const owners = assignSlots(shardsOf(9))

  const after = assignSlots(
    shardsOf(9).filter(({ id }) => id !== 4),
    owners,
  )

  t.is(moved(owners, after), countsOf(owners).get(4) ?? 0)
  t.false(countsOf(after).has(4))
  t.true(Math.max(...countsOf(after).values()) <= Math.ceil(slotCount / 8))
})

test('ring: random groups, weights and changes: shares to the slot, moves of what must move, the same for any order', (t) => {
  const random = new Random(11)
  for (let round = 0; round < 20; round++) {
    let shards = shardsOf(random.between(1, 12))
    let owners = assignSlots(shards)
    for (let change = 0; change < 10; change++) {
      const next = shards.filter(() => random.chance(5, 6))
      if (random.chance(1, 2))
        next.push({ id: 100 * round + change + 20, weight: random.between(1, 5) })
      if (next.length === 0) continue
      const weighted = next.map((shard) =>
        random.chance(1, 4) ? { ...shard, weight: random.between(1, 8) } : shard,
      )
      const after = assignSlots(weighted, owners)

      const total = weighted.reduce((sum, { weight }) => sum + weight, 0)
      const counts = countsOf(after)
      for (const { id, weight } of weighted) {
        const share = (slotCount * weight) / total
        t.true(Math.abs((counts.get(id) ?? 0) - share) < 1, `${counts.get(id)} of ${share}`)
      }
      t.is(moved(owners, after), mustMove(owners, after))
      t.deepEqual(assignSlots([...weighted].reverse(), owners), after)
      shards = weighted
      owners = after
    }
  }
})
