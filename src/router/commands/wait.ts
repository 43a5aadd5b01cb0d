// WAIT and WAITAOF, for the groups that the connection used. Where order is total a write is answered only once a
// majority holds it, so behind the connection's earlier replies (barrier) that many members besides the one that
// answers have them for certain. The leader (where members merge each one) knows of each other member how much
// of its log it holds, and waits for more where more are asked for; elsewhere nobody knows, so none is
// claimed, and waiting would change nothing.

import { error, notInteger } from '../../api/replies.js'
import { type Config, shardGroupsOf } from '../../api/config.js'
import type { Group } from '../../api/group.js'
import type { MemberId } from '../../api/ids.js'
import type { Reply } from '../../api/reply.js'
import { plain, type RouterCommand } from '../command.js'
import { parseInteger } from '../numbers.js'
import { specs } from '../specs/server.js'
import { deferred, type Run, type RouterState } from '../state.js'

const negative = error('ERR timeout is negative')
const notTimeout = error('ERR timeout is not an integer or out of range')
const notLocal = error(
  'ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.',
)
const localRange = error('ERR value is out of range, must be between 0 and 1')
const notCount = error('ERR value is out of range, must be positive')

/** Waits in `run` while fewer than `wanted` members hold what was written; `make` makes the reply. */
function waitFor(
  session: Parameters<Run>[0],
  state: RouterState,
  options: {
    readonly name: string
    readonly wanted: number
    readonly timeout: number
    readonly make: (count: number) => Reply
  },
): ReturnType<Run> {
  const { wanted, timeout, make } = options
  const targets = targetsOf(session, state)
  const count = holders(state, targets)
  if (count >= wanted || !canGrow(state, targets) || !state.mayDefer) return make(count)
  for (const group of targets.keys()) group.sight?.spread()
  const until = timeout === 0 ? Number.POSITIVE_INFINITY : state.now.mono + timeout
  state.delays.add(session, state.table.find(options.name) ?? null, {
    until,
    ask: (isOver) => {
      const now = holders(state, targets)
      return now >= wanted || isOver || !canGrow(state, targets) ? make(now) : null
    },
  })
  return deferred
}

/** How much of its log has to be held, for each group that the connection used; for all where it used none. */
function targetsOf(
  session: Parameters<Run>[0],
  { groups }: RouterState,
): ReadonlyMap<Group, number> {
  const there = groups.filter(({ isGone }) => isGone !== true)
  const used = there.filter(({ id }) => session.lanes.has(id))
  const asked = used.length > 0 ? used : there
  return new Map(asked.map((group) => [group, group.report().applied]))
}

/** Other members that hold the logs up to `targets`. */
function holders({ config }: RouterState, targets: ReadonlyMap<Group, number>): number {
  const { members, self } = config
  const known = members.filter(
    ({ id }) =>
      id !== self && [...targets].every(([group, target]) => holds(config, group, { id, target })),
  ).length
  return Math.max(hasMajority(config, targets) ? othersOfMajority(config, targets) : 0, known)
}

/** Members besides the one that answers that are in a majority of each group. */
function othersOfMajority(config: Config, targets: ReadonlyMap<Group, number>): number {
  const shards = shardGroupsOf(config)
  const counts = [...targets.keys()].map((group) => {
    // Who joins is a member, and does not vote yet.
    const { voters, outgoing } = group.report()
    const known = Math.max(voters.length, outgoing.length)
    return known === 0 ? (shards[group.shard]?.members.length ?? 0) : known
  })
  return Math.floor(Math.min(...counts) / 2)
}

function holds(
  config: Config,
  group: Group,
  { id, target }: { readonly id: MemberId; readonly target: number },
): boolean {
  const { role, leader } = group.report()
  if (role === 'leader') return (group.heldBy?.(id) ?? -1) >= target
  // Whoever leads holds what was answered.
  return isOrdered(config, group) && leader === id
}

/** What was answered is with a majority. */
function hasMajority(config: Config, targets: ReadonlyMap<Group, number>): boolean {
  return [...targets.keys()].every((group) => isOrdered(config, group))
}

function isOrdered({ keyspaces }: Config, { keyspace }: Group): boolean {
  const level = keyspaces.find(({ name }) => name === keyspace)?.level
  return level === 'strong' || level === 'sequential'
}

/** This member leads all of them, or those that it does not are with a member that may get the others, too. */
function canGrow(state: RouterState, targets: ReadonlyMap<Group, number>): boolean {
  const { config } = state
  const groups = [...targets.keys()]
  const others = groups.filter((group) => group.report().role !== 'leader')
  if (others.length === 0) return config.members.length > (hasMajority(config, targets) ? 2 : 1)
  const possible = config.members.filter(
    ({ id }) =>
      id !== config.self && others.every((group) => holds(config, group, { id, target: 0 })),
  ).length
  return possible > holders(state, targets)
}

function readTimeout(text: string): number | Reply {
  const timeout = parseInteger(text)
  if (timeout === null) return notTimeout
  return timeout < 0 ? negative : timeout
}

export const wait = {
  ...specs.wait,
  barrier: true,
  run: (session, args, state) => {
    const wanted = parseInteger(args[1] as string)
    if (wanted === null) return notInteger
    const timeout = readTimeout(args[2] as string)
    if (typeof timeout !== 'number') return timeout
    return waitFor(session, state, { name: 'wait', wanted, timeout, make: (count) => count })
  },
} satisfies RouterCommand

/** Of Redis 7.2. What is acknowledged under durability `always` is on disk at a majority. */
export const waitAof = {
  ...plain,
  name: 'waitaof',
  arity: 4,
  flags: ['blocking'],
  group: 'generic',
  since: '7.2.0',
  summary:
    'Blocks until all of the preceding write commands sent by the connection are written to the append-only file of the master and/or replicas.',
  categories: ['@slow', '@blocking', '@connection'],
  tips: ['request_policy:all_shards', 'response_policy:agg_min'],
  arguments: [
    { name: 'numlocal', type: 'integer' },
    { name: 'numreplicas', type: 'integer' },
    { name: 'timeout', type: 'integer' },
  ],
  barrier: true,
  run: (session, args, state) => {
    const local = parseInteger(args[1] as string)
    const wanted = parseInteger(args[2] as string)
    if (local === null || wanted === null) return notInteger
    if (local < 0 || local > 1) return localRange
    if (wanted < 0) return notCount
    const timeout = readTimeout(args[3] as string)
    if (typeof timeout !== 'number') return timeout
    const isSynced = state.config.keyspaces.every(({ durability }) => durability === 'always')
    if (local > 0 && !isSynced) return notLocal
    const make = (count: number): Reply => (isSynced ? [1, count] : [0, 0])
    return waitFor(session, state, {
      name: 'waitaof',
      wanted: isSynced ? wanted : 0,
      timeout,
      make,
    })
  },
} satisfies RouterCommand
