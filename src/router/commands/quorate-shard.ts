// QUORATE SHARD ADD and REMOVE: shard groups come and go while clients go on. A new one begins empty, and gets slots by
// QUORATE REBALANCE or MOVE; one that goes gives its slots away first.

import { shardChangesSince } from '../../api/cluster-version.js'
import type { MemberId } from '../../api/ids.js'
import { limits } from '../../api/limits.js'
import { error, syntaxError } from '../../api/replies.js'
import type { ErrorReply, Reply } from '../../api/reply.js'
import { encodeRuns } from '../../api/slot-moves.js'
import { movesTo } from '../../api/slot-plan.js'
import { type Topology, versionOf } from '../../api/topology.js'
import { shardAdded, shardLeaves, sharesOf } from '../../slots/shards.js'
import { changeTopology } from '../change-topology.js'
import { admin, type RouterCommand } from '../command.js'
import { shardsTooOld } from '../member-plan.js'
import { parseInteger } from '../numbers.js'
import { wrongValue } from '../wrong-value.js'
import type { Session } from '../session.js'
import type { deferred, RouterState } from '../state.js'
import { describePlanned, movedKeyspaces, refusesMoves } from './quorate-move.js'
import { shownTopology } from './quorate-topology.js'

/** Words of ADD behind it; a sentence where a value is none, null where they are no words of it. */
function readAdd(words: readonly string[]):
  | {
      readonly weight: string
      readonly members: readonly string[] | null
      readonly isDry: boolean
    }
  | ErrorReply
  | null {
  let weight = '1'
  let members: string[] | null = null
  let isDry = false
  for (let at = 0; at < words.length; at++) {
    const word = (words[at] as string).toLowerCase()
    if (word === 'weight' && words[at + 1] !== undefined) weight = words[++at] as string
    else if (word === 'dryrun' && at === words.length - 1) isDry = true
    else if (word === 'members' && members === null) {
      members = []
      while (/^\d+$/.test(words[at + 1] ?? '')) members.push(words[++at] as string)
      const next = words[at + 1] ?? 'dryrun'
      if (!/^(weight|dryrun)$/i.test(next)) return wrongValue('MEMBERS', next, 'ids of members')
    } else return null
  }
  return { weight, members, isDry }
}

function add(session: Session, args: readonly string[], state: RouterState): Answer {
  const read = readAdd(args.slice(3))
  if (read === null) return syntaxError
  if ('type' in read) return read
  const weight = parseInteger(read.weight)
  if (weight === null)
    return wrongValue('WEIGHT', read.weight, `a number from 1 to ${limits.shardWeightMax}`)
  const members = read.members?.map((word) => Number(word) as MemberId) ?? null
  const on = members === null ? 'all members' : `members ${members.join(', ')}`
  return change(state, session, {
    what: `a shard group is added on ${on}`,
    isDry: read.isDry,
    isAdded: true,
    make: (topology) => {
      const groups = (topology.shards.length + 1) * state.config.keyspaces.length
      if (groups > limits.groupsEverMax)
        return `there have been ${limits.groupsEverMax} replication groups, which is the most`
      return shardAdded(topology, { weight, members })
    },
  })
}

function remove(session: Session, args: readonly string[], state: RouterState): Answer {
  const [, , , word = '', dry] = args
  const id = parseInteger(word)
  if (args.length > 5 || (dry !== undefined && dry.toLowerCase() !== 'dryrun')) return syntaxError
  if (id === null)
    return wrongValue('REMOVE', word, 'the number of a shard group, see QUORATE TOPOLOGY')
  return change(state, session, {
    what: `shard group ${id} is removed`,
    isDry: dry !== undefined,
    make: (topology) => refusesLeaving(state, topology, id) ?? shardLeaves(topology, id),
  })
}

/** Keyspaces that would lose what only this shard group holds. */
function refusesLeaving({ cluster }: RouterState, topology: Topology, id: number): string | null {
  const held = cluster.roots.held(topology, id)
  if (held.length === 0 || topology.shards[id]?.out !== undefined) return null
  return `shard group ${id} holds keyspace ${held.join(', ')}, whose slots stay: only shard groups that were added can be removed here; a backup that is restored into another cluster fits any shape`
}

type Answer = Reply | typeof deferred

function change(
  state: RouterState,
  session: Session,
  of: {
    readonly what: string
    readonly isDry: boolean
    readonly isAdded?: boolean
    readonly make: (topology: Topology) => Topology | string
  },
): Answer {
  const edit = (topology: Topology): Topology | ErrorReply => {
    // Without slots it would be of no use, and with them it could not go.
    const refused = refusesMoves(state, topology)
    if (refused !== null) return refused
    if (versionOf(topology) < shardChangesSince) return shardsTooOld
    const made = of.make(state.cluster.roots.planted(topology))
    return typeof made === 'string' ? error(`ERR ${made}`) : made
  }
  if (of.isDry) {
    const made = edit(state.cluster.topology)
    return 'type' in made ? made : shown(state, made, of.isAdded === true)
  }
  return changeTopology(state, session, {
    name: 'quorate|shard',
    what: of.what,
    edit,
    done: (refusal, answer) => answer(refusal ?? shown(state, state.cluster.topology)),
  })
}

/** What REBALANCE would do then, for a group that would be added. */
function shown(state: RouterState, topology: Topology, isAdded = false): string {
  const { epoch, shards } = shownTopology(topology, [])
  const moves = (topology.moves ?? []).map(({ from, to, slots }) => {
    return { from, to, slots: encodeRuns(slots) }
  })
  const shares = isAdded ? sharesOf(topology) : null
  const rebalance =
    shares === null ? {} : { rebalance: describePlanned(state, movesTo(topology, shares)) }
  return JSON.stringify({ epoch, shards, moves, ...rebalance, ...movedKeyspaces(state, topology) })
}

export default {
  ...admin,
  name: 'quorate|shard',
  arity: -3,
  since: '0.1.0',
  summary: 'Adds a shard group without slots, or removes one once its slots are with the others.',
  complexity: 'O(1), and the keys of the slots afterwards',
  arguments: [
    {
      name: 'what',
      type: 'oneof',
      arguments: [
        {
          name: 'added',
          type: 'block',
          arguments: [
            { name: 'add', type: 'pure-token', token: 'ADD' },
            { name: 'weight', type: 'integer', token: 'WEIGHT', optional: true },
            { name: 'members', type: 'integer', token: 'MEMBERS', optional: true, multiple: true },
          ],
        },
        { name: 'removed', type: 'integer', token: 'REMOVE' },
      ],
    },
    { name: 'dryrun', type: 'pure-token', token: 'DRYRUN', optional: true },
  ],
  run: (session, args, state) => {
    const word = (args[2] as string).toLowerCase()
    if (word === 'add') return add(session, args, state)
    if (word === 'remove' && args.length > 3) return remove(session, args, state)
    return syntaxError
  },
} satisfies RouterCommand
