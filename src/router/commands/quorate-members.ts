// QUORATE JOIN, REMOVE, REPLACE, PLAN, TRANSFER: members come and go. A change is one of the topology; the groups
// follow it by themselves, and PLAN says how far they are.

import { memberChangesSince } from '../../api/cluster-version.js'
import { peerPortOffset, readAddress, writeAddress } from '../../api/config.js'
import type { MemberId } from '../../api/ids.js'
import { error, syntaxError } from '../../api/replies.js'
import { type ErrorReply, ok, type Reply } from '../../api/reply.js'
import { findMember, forced, idMax, isLeaving, joined, left, replaced } from '../../api/roster.js'
import { type Topology, type TopologyMember, versionOf } from '../../api/topology.js'
import { changeTopology } from '../change-topology.js'
import { admin, type RouterCommand } from '../command.js'
import { memberPlan, refusesChange, refusesLess } from '../member-plan.js'
import { parseInteger } from '../numbers.js'
import { wrongValue } from '../wrong-value.js'
import type { Session } from '../session.js'
import type { deferred, RouterState } from '../state.js'

const dryRun = { name: 'dryrun', type: 'pure-token', token: 'DRYRUN', optional: true } as const
const force = { name: 'force', type: 'pure-token', token: 'FORCE', optional: true } as const
const given = [
  { name: 'id', type: 'integer' },
  { name: 'client', type: 'string' },
  { name: 'name', type: 'string', token: 'NAME', optional: true },
  { name: 'peer', type: 'string', token: 'PEER', optional: true },
  { name: 'cluster', type: 'string', token: 'CLUSTER', optional: true },
] as const
const since = '0.1.0'
const tooOld = error(
  `ERR members come and go once all of them run a build that knows how: the cluster is not at version ${memberChangesSince} yet, see QUORATE STATUS`,
)
const noMember = error('ERR There is no such member, see QUORATE TOPOLOGY')

interface Change {
  readonly name: string
  readonly what: string
  readonly isDry: boolean
  readonly make: (topology: Topology) => Topology | string
  /** A group may be left without a majority of those that can be reached. */
  readonly isForced?: boolean
}

/** Answers the plan: of what will be done, or with DRYRUN would be. */
function change(
  state: RouterState,
  session: Session,
  { name, what, isDry, make, isForced = true }: Change,
): Reply | typeof deferred {
  const edit = (topology: Topology): Topology | ErrorReply => {
    const made = make(topology)
    if (typeof made === 'string') return error(`ERR ${made}`)
    if (versionOf(topology) < memberChangesSince) return tooOld
    return refusesChange(state, made) ?? (isForced ? null : refusesLess(state, made)) ?? made
  }
  const shown = (topology: Topology): string => JSON.stringify(memberPlan(state, topology))
  if (isDry) {
    const made = edit(state.cluster.topology)
    return 'type' in made ? made : shown(made)
  }
  return changeTopology(state, session, {
    name,
    what,
    edit,
    done: (refusal, answer) => answer(refusal ?? shown(state.cluster.topology)),
  })
}

/** Words behind the fixed ones, by name; null where they are none. */
function readOptions(
  words: readonly string[],
  named: readonly string[],
  flags: readonly string[],
): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>()
  for (let i = 0; i < words.length; i++) {
    const word = (words[i] as string).toLowerCase()
    const isNamed = named.includes(word)
    const value = isNamed ? words[++i] : ''
    if (found.has(word) || value === undefined || !(isNamed || flags.includes(word))) return null
    found.set(word, value)
  }
  return found
}

interface Newcomer {
  readonly member: TopologyMember
  readonly isDry: boolean
  readonly isForced: boolean
  readonly isEmpty: boolean
  /** Placed shard groups that it is to hold. */
  readonly held: readonly number[]
}

/** The member that `id` and what follows it describe. */
function readMember(words: readonly string[], flags: readonly string[]): Newcomer | ErrorReply {
  const [word = '', address = '', ...rest] = words
  const id = parseInteger(word)
  const isJoin = flags.includes('empty')
  const named = ['name', 'peer', 'cluster', ...(isJoin ? ['shards'] : [])]
  const options = readOptions(rest, named, ['dryrun', ...flags])
  if (options === null) return syntaxError
  if (options.has('empty') && options.has('shards'))
    return error('ERR EMPTY and SHARDS: given both, allowed: one of them')
  const held =
    options
      .get('shards')
      ?.split(',')
      .map((each) => parseInteger(each)) ?? []
  if (id === null) return wrongValue('the id', word, `a number from 1 to ${idMax}`)
  if (!held.every((shard) => shard !== null))
    return wrongValue('SHARDS', options.get('shards') ?? '', 'numbers of shard groups, as 0,2')
  const client = readAddress(address)
  if (client === null) return wrongValue('the client address', address, 'host:port')
  const port = client.port + peerPortOffset
  const member = {
    id: id as MemberId,
    name: options.get('name') ?? `m${id}`,
    address: writeAddress(client),
    peer: options.get('peer') ?? writeAddress({ ...client, port }),
  }
  const cluster = options.get('cluster')
  const whole = cluster === undefined ? member : { ...member, cluster }
  return {
    member: whole,
    isDry: options.has('dryrun'),
    isForced: options.has('force'),
    isEmpty: options.has('empty'),
    held,
  }
}

/** With FORCE who goes is not waited for where it is silent, now or since it was asked to go. */
function leaves(made: Topology | string, id: MemberId, isForced: boolean): Topology | string {
  return typeof made === 'string' || !isForced ? made : forced(made, id)
}

export const join = {
  ...admin,
  name: 'quorate|join',
  arity: -4,
  since,
  summary: 'Adds a member to the cluster, which has to be started with that id.',
  arguments: [
    ...given,
    { name: 'empty', type: 'pure-token', token: 'EMPTY', optional: true },
    { name: 'shards', type: 'string', token: 'SHARDS', optional: true },
    dryRun,
  ],
  run: (session, args, state) => {
    const read = readMember(args.slice(2), ['empty'])
    if ('type' in read) return read
    const { member, isDry, isEmpty, held } = read
    const what = `member ${member.id} (${member.name}, ${member.address}) joins`
    const make = (topology: Topology) => joined(topology, member, { isEmpty, held })
    return change(state, session, { name: 'quorate|join', what, isDry, make })
  },
} satisfies RouterCommand

export const replace = {
  ...admin,
  name: 'quorate|replace',
  arity: -5,
  since,
  summary: 'Adds a member to the cluster and takes another one out in the same step.',
  arguments: [{ name: 'member', type: 'string' }, ...given, force, dryRun],
  run: (session, args, state) => {
    const read = readMember(args.slice(3), ['force'])
    if ('type' in read) return read
    const old = findMember(state.cluster.topology, args[2] as string)
    if (old === undefined) return noMember
    const { member, isDry, isForced } = read
    const what = `member ${member.id} (${member.name}, ${member.address}) replaces ${old.id} (${old.name})`
    const make = (topology: Topology) =>
      leaves(replaced(topology, old.id, member), old.id, isForced)
    return change(state, session, { name: 'quorate|replace', what, isDry, make })
  },
} satisfies RouterCommand

export const remove = {
  ...admin,
  name: 'quorate|remove',
  arity: -3,
  since,
  summary: 'Takes a member out of all groups, and then out of the cluster.',
  arguments: [{ name: 'member', type: 'string' }, force, dryRun],
  run: (session, args, state) => {
    const options = readOptions(args.slice(3), [], ['force', 'dryrun'])
    if (options === null) return syntaxError
    const old = findMember(state.cluster.topology, args[2] as string)
    if (old === undefined) return noMember
    const isForced = options.has('force')
    return change(state, session, {
      name: 'quorate|remove',
      what: `member ${old.id} (${old.name}) is removed`,
      isDry: options.has('dryrun'),
      make: (topology) => {
        const isAsked = isForced && isLeaving(topology, old.id)
        return leaves(isAsked ? topology : left(topology, old.id), old.id, isForced)
      },
      isForced,
    })
  },
} satisfies RouterCommand

export const plan = {
  ...admin,
  flags: ['loading', 'stale', 'allow_busy'],
  categories: ['@slow'],
  name: 'quorate|plan',
  arity: 2,
  since,
  summary: 'Answers what is still to be done for the members that the topology wants, as JSON.',
  tips: ['nondeterministic_output'],
  run: (_session, _args, state) => JSON.stringify(memberPlan(state, state.cluster.topology)),
} satisfies RouterCommand

export const transfer = {
  ...admin,
  name: 'quorate|transfer',
  arity: -2,
  since,
  summary: 'Gives the leadership of all that this member leads to another one.',
  arguments: [{ name: 'member', type: 'string', optional: true }],
  run: (_session, args, state) => {
    if (args.length > 3) return syntaxError
    const word = args[2]
    const to = word === undefined ? null : findMember(state.cluster.topology, word)
    if (to === undefined) return noMember
    if (to?.id === state.cluster.self) return error('ERR that is this member')
    state.cluster.handOver(to?.id ?? null)
    return ok
  },
} satisfies RouterCommand
