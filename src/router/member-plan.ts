// What a change of members means, before and while it is carried out: refusals that need the groups, and the steps
// that are left. As `quorate plan --json` prints it.

import { rootsSince, seatsSince, shardChangesSince } from '../api/cluster-version.js'
import type { MemberId } from '../api/ids.js'
import { error } from '../api/replies.js'
import type { ErrorReply } from '../api/reply.js'
import { everMembers, isLeaving, membersMax } from '../api/roster.js'
import { type Topology, versionOf } from '../api/topology.js'
import type { GroupSteps } from './cluster-view.js'
import { type ShownMove, shownMoves } from './shown-moves.js'
import type { RouterState } from './state.js'

export interface MemberPlan {
  readonly epoch: number
  /** Members are as the topology wants them, as far as this member sees. */
  readonly settled: boolean
  readonly members: readonly {
    readonly id: number
    readonly name: string
    readonly address: string
    readonly state: 'member' | 'joining' | 'leaving'
    readonly connected: boolean
  }[]
  readonly steps: readonly GroupSteps[]
  /** Slots on their way: they do not keep members from being settled. */
  readonly moves: readonly ShownMove[]
}

export function memberPlan(state: RouterState, topology: Topology): MemberPlan {
  const { cluster } = state
  const steps = [...cluster.steps(topology), ...elsewhere(state, topology)]
  const isComing = (id: number): boolean =>
    steps.some(({ add, promote }) => [...add, ...promote].some((each) => each === id))
  const members = topology.members.map(({ id, name, address }) => {
    const state = isLeaving(topology, id) ? 'leaving' : isComing(id) ? 'joining' : 'member'
    const connected = cluster.members.some((member) => member.id === id && member.connected)
    return { id, name, address, state, connected } as const
  })
  const settled = steps.length === 0 && members.every(({ state }) => state === 'member')
  return {
    epoch: topology.epoch,
    settled,
    members,
    steps,
    moves: shownMoves(topology, state.groups),
  }
}

/** Groups that merge and that this member does not hold: who goes, and is silent, is waited for there. */
function elsewhere({ groups, cluster }: RouterState, topology: Topology): readonly GroupSteps[] {
  const isHeard = (id: MemberId): boolean =>
    cluster.members.some((member) => member.id === id && member.connected)
  const leaving = topology.roster?.leaving ?? []
  const silent = leaving.filter(({ id, isForced }) => isForced !== true && !isHeard(id))
  return groups.flatMap(({ id, keyspace, shard, isRemote, sight }) => {
    if (isRemote !== true || sight?.supports.members !== 'followed') return []
    if (cluster.roots.isGone(topology, { id, shard })) return []
    const awaited = silent
      .filter(({ held, free }) => held?.includes(shard) !== false && free?.includes(id) !== true)
      .map((each) => each.id)
    if (awaited.length === 0) return []
    const nothing = { add: [], promote: [], isOpen: false, lags: [] }
    return [{ id, keyspace, shard, ...nothing, remove: awaited, awaited }]
  })
}

export const shardsTooOld = error(
  `ERR shard groups change once all members run a build that knows how: the cluster is not at version ${shardChangesSince} yet, see QUORATE STATUS`,
)

const rootsTooOld = error(
  `ERR where shard groups are placed, and all members hold what merges, members change once all run a build that knows how: the cluster is not at version ${rootsSince} yet, see QUORATE STATUS`,
)

const seatsTooOld = error(
  `ERR members come and go where eventual keyspaces are placed once all members run a build that knows how: the cluster is not at version ${seatsSince} yet, see QUORATE STATUS`,
)

/** Null where the groups can change members. */
export function refusesChange(
  { config, groups, cluster: { roots } }: RouterState,
  made: Topology,
): ErrorReply | null {
  const isPlaced = made.shards.some((shard) => shard.isPlaced === true)
  if (isPlaced && versionOf(made) < shardChangesSince) return shardsTooOld
  const spaces = isPlaced ? config.keyspaces.map((_, space) => space) : []
  const isPinned = spaces.some((space) => roots.isPinned(made, space))
  if (isPinned && versionOf(made) < seatsSince) return seatsTooOld
  const full = made.shards.find(({ seats = [] }) => seats.length > membersMax)
  if (isPinned && full !== undefined)
    return error(`ERR shard group ${full.id} has seats for ${membersMax} members in all its life`)
  // Earlier builds would not give it what everybody has.
  if (spaces.some((space) => roots.isEverywhere(made, space)) && versionOf(made) < rootsSince)
    return rootsTooOld
  const fixed = groups.filter(({ sight }) => sight?.supports.members === 'static')
  const isSeated = groups.some(
    ({ id, sight }) =>
      sight?.supports.members === 'followed' && !roots.isPinned(made, roots.spaceOf(id)),
  )
  if (isSeated && everMembers(made).length > membersMax)
    return error(`ERR merging keyspaces have seats for ${membersMax} members in all their life`)
  if (fixed.length === 0) return null
  const names = [...new Set(fixed.map(({ keyspace }) => keyspace))]
  const strategies = config.keyspaces.filter(({ name }) => names.includes(name))
  const told = strategies.map(({ name, strategy }) => `${name} (strategy ${strategy})`)
  return error(`ERR the members of keyspace ${told.join(', ')} cannot change yet`)
}

/** What is left of a shard group could not decide anything: null where it could. */
export function refusesLess({ cluster }: RouterState, topology: Topology): ErrorReply | null {
  for (const { id, members, out } of topology.shards) {
    if (out === 'gone') continue
    const live = members.filter((one) =>
      cluster.members.some((member) => member.id === one && member.connected),
    )
    if (live.length * 2 > members.length) continue
    return error(
      `ERR shard group ${id} would be left with ${live.length} of ${members.length} members that can be reached, which is no majority; FORCE does it all the same`,
    )
  }
  return null
}
