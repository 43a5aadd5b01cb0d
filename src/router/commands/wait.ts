// WAIT and WAITAOF. A write here is answered only once a majority holds it, so behind the connection's earlier
// replies (barrier) that many members besides the one that answers have them for certain. The leader knows of
// each other member how much of the log it holds, and waits for more where more are asked for; elsewhere
// nobody knows, so none is claimed, and waiting would change nothing.

import { error, notInteger } from '../../api/replies.js'
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
  const targets = state.groups.map((group) => group.report().applied)
  const count = holders(state, targets)
  if (count >= wanted || !canGrow(state) || !state.mayDefer) return make(count)
  const until = timeout === 0 ? Number.POSITIVE_INFINITY : state.now.mono + timeout
  state.delays.add(session, state.table.find(options.name) ?? null, {
    until,
    ask: (isOver) => {
      const now = holders(state, targets)
      return now >= wanted || isOver || !canGrow(state) ? make(now) : null
    },
  })
  return deferred
}

/** Other members that hold every group's log up to `targets`. */
function holders(state: RouterState, targets: readonly number[]): number {
  const isReplicated = state.config.keyspaces.every(
    ({ level }) => level === 'strong' || level === 'sequential',
  )
  if (!isReplicated) return 0
  const { members, self } = state.config
  const majority = Math.floor(members.length / 2)
  const known = members.filter(
    ({ id }) =>
      id !== self &&
      state.groups.every((group, i) => (group.heldBy?.(id) ?? -1) >= (targets[i] as number)),
  ).length
  return Math.max(majority, known)
}

/** This member leads all groups: it hears what the others hold. */
function canGrow(state: RouterState): boolean {
  return (
    state.config.members.length > 2 &&
    state.groups.every((group) => group.report().role === 'leader')
  )
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
