// What a topology becomes as shard groups come and go. Each answers the next topology, or in a sentence why it cannot
// be. A new one begins without slots; one that goes gives its slots away first. Ids are never used again.

import type { MemberId } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { rosterOf, shardsOf, staying } from '../api/roster.js'
import { movesTo, ownersOf, withMoves, withoutMoves } from '../api/slot-plan.js'
import type { Topology, TopologyShard } from '../api/topology.js'
import { hasBug } from '../base/seeded-bug.js'
import { assignSlots } from './ring.js'

export interface NewShard {
  readonly weight: number
  /** Null: as many as all others have, everybody. */
  readonly members: readonly MemberId[] | null
}

/** Those that may own slots. */
export function liveShards({ shards }: Pick<Topology, 'shards'>): readonly TopologyShard[] {
  return shards.filter(({ out }) => out === undefined)
}

/** Who owns each slot once all live shard groups have their share. */
export function sharesOf(topology: Topology): ReturnType<typeof assignSlots> {
  return assignSlots(liveShards(topology), ownersOf(topology))
}

export function shardAdded(topology: Topology, { weight, members }: NewShard): Topology | string {
  const stay = staying(topology)
  const id = topology.shards.length
  const before = shardsOf(topology)
  if (liveShards(topology).length >= limits.shardsMax)
    return `there are ${limits.shardsMax} shard groups, which is the most`
  if (id >= limits.shardsEverMax)
    return `there have been ${limits.shardsEverMax} shard groups, which is the most`
  if (!Number.isInteger(weight) || weight < 1 || weight > limits.shardWeightMax)
    return `a weight is a number from 1 to ${limits.shardWeightMax}`
  if (members === null && before.some(({ isPlaced }) => isPlaced === true))
    return 'shard groups are placed here: say which MEMBERS are to hold it'
  const held = members ?? stay
  const wrong = held.find((each) => !stay.includes(each))
  if (wrong !== undefined) return `there is no member ${wrong} that stays`
  if (held.length === 0 || new Set(held).size < held.length)
    return 'members are given once each, one at least'
  const born = held.toSorted((a, b) => a - b)
  const shard = { id, weight, members: born, born }
  const made: TopologyShard = members === null ? shard : { ...shard, isPlaced: true }
  return { ...topology, shards: [...before, made], roster: rosterOf(topology) }
}

/** Its slots go to the others; then it goes. */
export function shardLeaves(topology: Topology, id: number): Topology | string {
  const shard = topology.shards[id]
  if (shard === undefined || shard.out === 'gone') return `there is no shard group ${id}`
  if ((topology.moves ?? []).length > 0)
    return 'slots are on their way already: see QUORATE TOPOLOGY, or QUORATE MOVE CANCEL'
  const shards = shardsOf(topology).map((each): TopologyShard => {
    return each.id === id ? { ...each, out: 'leaving' } : each
  })
  const made = { ...topology, shards, roster: rosterOf(topology) }
  const live = liveShards(made)
  if (live.length === 0) return `shard group ${id} is the last one`
  const owners = ownersOf(topology)
  const dealt = assignSlots(live, owners)
  const planned = movesTo(
    made,
    owners.map((owner, slot) => (owner === id ? (dealt[slot] as number) : owner)),
  )
  return planned.length === 0 ? made : withMoves(made, planned)
}

/** Moves end early (`withoutMoves`), and who gives its slots away for good stays. Null: nothing changes. */
export function movesCancelled(topology: Topology): Topology | null {
  const ended = withoutMoves(topology)
  if (!topology.shards.some(({ out }) => out === 'leaving')) return ended
  const shards = topology.shards.map(({ out, ...shard }): TopologyShard => {
    return out === 'gone' ? { ...shard, out } : shard
  })
  return { ...(ended ?? topology), shards }
}

/** Those that leave and own nothing any more are gone; null where there are none. */
export function shardsGone(topology: Topology): Topology | null {
  const isEarly = hasBug('shard-gone-early')
  if ((topology.moves ?? []).length > 0 && !isEarly) return null
  const owners = new Set(topology.slots.map(([, , shard]) => shard))
  const isOver = ({ id, out }: TopologyShard): boolean =>
    out === 'leaving' && (isEarly || !owners.has(id))
  if (!topology.shards.some(isOver)) return null
  const shards = topology.shards.map((shard): TopologyShard => {
    return isOver(shard) ? { ...shard, members: [], out: 'gone' } : shard
  })
  return { ...topology, shards }
}
