// What a topology becomes as members come and go. Each answers the next topology, or in a sentence why it cannot be.
// A member that goes is on its way out until no group needs it; then it is gone, and its id is never used again.

import { seatsSince } from './cluster-version.js'
import { hasBug } from '../base/seeded-bug.js'
import { readAddress } from './config.js'
import type { GroupId, MemberId } from './ids.js'
import { handsCancelled } from './slot-hands.js'
import {
  type Leaving,
  type Topology,
  type TopologyMember,
  type TopologyRoster,
  type TopologyShard,
  versionOf,
} from './topology.js'

/** Members at a time. */
export const membersMax = 64
export const idMax = 65_535

export function rosterOf({ roster, members }: Topology): TopologyRoster {
  return roster ?? { born: members.map(({ id }) => id), leaving: [], gone: [] }
}

export function isLeaving({ roster }: Topology, id: MemberId): boolean {
  return roster?.leaving.some((each) => each.id === id) === true
}

/** Members that are to stay. */
export function staying(topology: Topology): readonly MemberId[] {
  return topology.members.map(({ id }) => id).filter((id) => !isLeaving(topology, id))
}

/** All that ever were members, those that the groups began with first; the rest as they came. */
export function everMembers(topology: Topology): readonly MemberId[] {
  const { born, came = [] } = rosterOf(topology)
  return [...[...born].sort((a, b) => a - b), ...came]
}

/** All that ever held a shard group, as a seat in its groups is given once. */
export function seatsOf(topology: Topology, shard: TopologyShard): readonly MemberId[] {
  if (shard.seats !== undefined) return shard.seats
  if (shard.isPlaced !== true && shard.born === undefined) return everMembers(topology)
  return [...(shard.born ?? shard.members)].sort((a, b) => a - b)
}

/** By id or name; those on their way out, too. */
export function findMember({ members }: Topology, word: string): TopologyMember | undefined {
  return members.find(({ name }) => name === word) ?? members.find(({ id }) => `${id}` === word)
}

/**
 * `member` comes and holds a replica of every shard group that is not placed; `isEmpty`: from now on all are; `held`:
 * placed ones that it holds, too.
 */
export function joined(
  topology: Topology,
  member: TopologyMember,
  { isEmpty = false, held = [] }: Readonly<{ isEmpty?: boolean; held?: readonly number[] }> = {},
): Topology | string {
  // Seats first: what is placed from now on was held by all that ever were members.
  const shards = isEmpty ? seated(topology).map(placed) : shardsOf(topology)
  const refusal = refusesNew(topology, member, null)
  if (refusal !== null) return refusal
  for (const id of held) {
    const shard = shards[id]
    if (shard === undefined || shard.out !== undefined) return `there is no shard group ${id}`
    if (shard.isPlaced !== true) return `all members hold shard group ${id}`
  }
  const holds = ({ id, isPlaced }: TopologyShard): boolean => isPlaced !== true || held.includes(id)
  return added({ ...topology, shards }, member, holds)
}

/** `id` goes. */
export function left(topology: Topology, id: MemberId): Topology | string {
  if (!topology.members.some((member) => member.id === id)) return `there is no member ${id}`
  if (isLeaving(topology, id)) return `member ${id} is on its way out already`
  if (staying(topology).length === 1) return `member ${id} is the last one`
  const last = topology.shards.find(({ members }) => members.length === 1 && members[0] === id)
  if (last !== undefined) return `member ${id} is the last one of shard group ${last.id}`
  return removed(topology, { id })
}

/** Whoever goes, `id` among them, is not waited for where it is silent: what only it has may be lost. */
export function forced(topology: Topology, id: MemberId): Topology {
  const roster = rosterOf(topology)
  const leaving = roster.leaving.map((each) =>
    each.id === id ? { ...each, isForced: true as const } : each,
  )
  return { ...topology, roster: { ...roster, leaving } }
}

/** `member` comes for `id`: one change for each group, so that none is weaker between. */
export function replaced(
  topology: Topology,
  id: MemberId,
  member: TopologyMember,
): Topology | string {
  if (!topology.members.some((each) => each.id === id)) return `there is no member ${id}`
  if (isLeaving(topology, id)) return `member ${id} is on its way out already`
  const refusal = refusesNew(topology, member, id)
  const comes = added(topology, member, ({ members }) => members.includes(id))
  return refusal ?? removed(comes, { id, by: member.id })
}

/** No group needs them any more. */
export function gone(topology: Topology, ids: readonly MemberId[]): Topology | null {
  const last = rosterOf(topology)
  const { leaving, gone: before } = last
  const out = ids.filter((id) => leaving.some((each) => each.id === id))
  if (out.length === 0) return null
  const roster = {
    ...last,
    leaving: leaving.filter(({ id }) => !out.includes(id)),
    gone: [...before, ...out].sort((a, b) => a - b),
  }
  return { ...topology, members: topology.members.filter(({ id }) => !out.includes(id)), roster }
}

/** Groups do not have a member any more that leaves; null where that is known. */
export function freed(
  topology: Topology,
  id: MemberId,
  groups: readonly GroupId[],
): Topology | null {
  const roster = rosterOf(topology)
  const known = roster.leaving.find((each) => each.id === id)
  const free = groups.filter((group) => known?.free?.includes(group) !== true)
  if (known === undefined || free.length === 0) return null
  const next = { ...known, free: [...(known.free ?? []), ...free].sort((a, b) => a - b) }
  const leaving = roster.leaving.map((each) => (each === known ? next : each))
  return { ...topology, roster: { ...roster, leaving } }
}

/** A member that joined begins; null where it has begun before, or is none. */
export function begun(topology: Topology, id: MemberId, life: number): Topology | null {
  const { members } = topology
  if (members.find((member) => member.id === id)?.life !== undefined) return null
  if (!members.some((member) => member.id === id) || rosterOf(topology).born.includes(id))
    return null
  const next = members.map((member) => (member.id === id ? { ...member, life } : member))
  return { ...topology, members: next }
}

/** A member's own file names other addresses than the topology; null where they are the same, or another's. */
export function readdressed(topology: Topology, own: TopologyMember): Topology | null {
  const known = topology.members.find(({ id }) => id === own.id)
  if (known === undefined || JSON.stringify(addresses(known)) === JSON.stringify(addresses(own)))
    return null
  if (clash(topology, own, own.id) !== null) return null
  const { cluster: _, ...rest } = known
  const { address, peer, cluster } = own
  const moved = { ...rest, address, peer, ...(cluster === undefined ? {} : { cluster }) }
  return { ...topology, members: topology.members.map((each) => (each === known ? moved : each)) }
}

function addresses({ address, peer, cluster }: TopologyMember): readonly string[] {
  return cluster === undefined ? [address, peer] : [address, peer, cluster]
}

function refusesNew(
  topology: Topology,
  member: TopologyMember,
  instead: MemberId | null,
): string | null {
  const { id, name } = member
  const { members } = topology
  if (!Number.isInteger(id) || id < 1 || id > idMax) return `an id is a number from 1 to ${idMax}`
  if (rosterOf(topology).gone.includes(id))
    return `member ${id} was removed: its id is never used again`
  if (members.some((each) => each.id === id)) return `there is a member ${id}`
  if (!/^[\x21-\x7e]{1,64}$/.test(name)) return 'a name has 1 to 64 printable characters'
  if (members.some((each) => each.name === name || `${each.id}` === name))
    return `there is a member ${name}`
  if (members.some((each) => each.name === `${id}`)) return `there is a member named ${id}`
  if (members.length >= membersMax) return `there are ${membersMax} members, which is the most`
  const wrong = addresses(member).find((address) => readAddress(address) === null)
  if (wrong !== undefined) return `${wrong} is no address: host:port is`
  return clash(topology, member, instead)
}

/** Who is replaced may have had the same addresses. */
function clash(
  { members }: Topology,
  member: TopologyMember,
  instead: MemberId | null,
): string | null {
  const own = addresses(member)
  if (new Set(own).size < own.length) return 'its addresses have to differ'
  for (const other of members) {
    if (other.id === instead) continue
    const taken = addresses(other).find((address) => own.includes(address))
    if (taken !== undefined) return `${taken} is an address of member ${other.id}`
  }
  return null
}

/** As they are once members come and go. */
export function shardsOf({ roster, shards, members }: Topology): readonly TopologyShard[] {
  const isPlain = shards.every(
    (shard) => shard.members.length === members.length && shard.weight === shards[0]?.weight,
  )
  return roster === undefined && !isPlain ? shards.map(placed) : shards
}

function placed(shard: TopologyShard): TopologyShard {
  return { ...shard, isPlaced: true }
}

function added(
  topology: Topology,
  member: TopologyMember,
  holds: (shard: TopologyShard) => boolean,
): Topology {
  const members = [...topology.members, member].sort((a, b) => a.id - b.id)
  const before = seated(topology)
  const isHeld = (shard: TopologyShard): boolean => holds(shard) && shard.out !== 'gone'
  const shards = before.map((shard) => {
    if (!isHeld(shard)) return shard
    const held = [...shard.members, member.id].sort((a, b) => a - b)
    const { seats } = shard
    const ever = hasBug('core-seats-of-present') ? shard.members : seats
    const seat = ever === undefined ? {} : { seats: [...ever, member.id] }
    return { ...shard, members: held, ...seat }
  })
  const roster = rosterOf(topology)
  const came = [...(roster.came ?? []), member.id]
  const made = { ...topology, members, shards, roster: { ...roster, came } }
  return handsCancelled(made, before.filter(isHeld).map(idOf))
}

function removed(topology: Topology, { id, by }: Leaving): Topology {
  const roster = rosterOf(topology)
  const before = seated(topology)
  const held = before.filter(({ members }) => members.includes(id)).map(idOf)
  const shards = before.map((shard) => {
    return { ...shard, members: shard.members.filter((each) => each !== id) }
  })
  const leaving = { id, ...(by === undefined ? {} : { by }), held }
  const made = { ...topology, shards, roster: { ...roster, leaving: [...roster.leaving, leaving] } }
  return handsCancelled(made, held)
}

function idOf({ id }: TopologyShard): number {
  return id
}

/** With all that ever held each: earlier builds would not add to that. */
function seated(topology: Topology): readonly TopologyShard[] {
  const shards = shardsOf(topology)
  if (versionOf(topology) < seatsSince) return shards
  return shards.map((shard) => ({ ...shard, seats: seatsOf(topology, shard) }))
}

/** Members with a replica of a shard group, or on their way to one; who leaves has it until it is gone. */
export function holdersOf({ shards, roster, members }: Topology, id: number): readonly MemberId[] {
  const out = (roster?.leaving ?? []).filter(({ held }) => held === undefined || held.includes(id))
  const held = [...(shards[id]?.members ?? []), ...out.map((each) => each.id)]
  return members.map((member) => member.id).filter((each) => held.includes(each))
}
