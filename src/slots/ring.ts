// The consistent-hash ring: virtual nodes of the shard groups assign each slot to a shard group, with
// bounded load: no group owns more than its fair share plus a margin, and adding or removing a group
// moves few slots. Pure arithmetic on integers: every member computes the same assignment.

import { assert } from '../base/assert.js'
import { hashString } from '../base/hash.js'
import { slotCount } from '../base/keyslot.js'

export interface RingShard {
  readonly id: number
  /** Share of the load, a positive integer; 1 for equal groups. */
  readonly weight: number
}

/** Virtual nodes per unit of weight. */
const nodesPerWeight = 128
/** A group may own this much more than its fair share, in percent. */
const marginPercent = 5

interface Node {
  readonly point: number
  readonly shard: number
}

/** Index into `shards` of the owner of each slot. */
export function assignSlots(shards: readonly RingShard[]): Uint16Array {
  assert(shards.length > 0, 'a ring has a shard group')
  const owners = new Uint16Array(slotCount)
  if (shards.length === 1) return owners
  const nodes = makeNodes(shards)
  const room = makeRoom(shards)
  for (let slot = 0; slot < slotCount; slot++) {
    let at = firstAtOrAfter(nodes, hashString(`slot:${slot}`))
    // Bounded load: a full group passes the slot on to the next node of the ring.
    for (let step = 0; step < nodes.length; step++, at++) {
      const shard = (nodes[at % nodes.length] as Node).shard
      if ((room[shard] as number) === 0) continue
      room[shard] = (room[shard] as number) - 1
      owners[slot] = shard
      break
    }
  }
  return owners
}

/** Virtual nodes in ring order; equal points are ordered by the id of their group. */
function makeNodes(shards: readonly RingShard[]): Node[] {
  const nodes: Node[] = []
  shards.forEach((shard, index) => {
    assert(shard.weight > 0, 'the weight of a shard group is positive')
    for (let i = 0; i < shard.weight * nodesPerWeight; i++) {
      nodes.push({ point: hashString(`shard:${shard.id}:${i}`), shard: index })
    }
  })
  return nodes.sort((a, b) => a.point - b.point || idAt(shards, a) - idAt(shards, b))
}

function idAt(shards: readonly RingShard[], node: Node): number {
  return (shards[node.shard] as RingShard).id
}

/** Slots that each group may take: its fair share plus the margin, rounded up. */
function makeRoom(shards: readonly RingShard[]): number[] {
  const total = shards.reduce((sum, shard) => sum + shard.weight, 0)
  return shards.map((shard) =>
    Math.ceil((slotCount * shard.weight * (100 + marginPercent)) / (total * 100)),
  )
}

function firstAtOrAfter(nodes: readonly Node[], point: number): number {
  let low = 0
  let high = nodes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((nodes[middle] as Node).point < point) low = middle + 1
    else high = middle
  }
  return low % nodes.length
}
