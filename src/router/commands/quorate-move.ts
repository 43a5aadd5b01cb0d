// QUORATE MOVE and REBALANCE: slots go to other shard groups while clients go on. Both answer what moves, as JSON, once
// it stands in the topology; whoever leads the groups does the rest, and QUORATE TOPOLOGY says how far it is.

import { handsSince, movesSince, rootsSince } from '../../api/cluster-version.js'
import { error, syntaxError } from '../../api/replies.js'
import { type ErrorReply, isError, type Reply } from '../../api/reply.js'
import { decodeRuns, encodeRuns, slotsOf } from '../../api/slot-moves.js'
import { movesTo, ownersOf, withMoves } from '../../api/slot-plan.js'
import { type PlannedMove, type Topology, versionOf } from '../../api/topology.js'
import { liveShards, movesCancelled, sharesOf } from '../../slots/shards.js'
import { changeTopology } from '../change-topology.js'
import type { TopologyEdit } from '../cluster-view.js'
import { admin, type RouterCommand } from '../command.js'
import { parseInteger } from '../numbers.js'
import type { Session } from '../session.js'
import type { deferred, RouterState } from '../state.js'

const notMoving = error('ERR No slots are on their way')
const moving = error(
  'ERR Slots are on their way already: see QUORATE TOPOLOGY, or QUORATE MOVE CANCEL',
)
const badSlots = error('ERR Invalid slots: give them as 0-99,200, each once')
const tooOld = error(
  `ERR slots move once all members run a build that knows how: the cluster is not at version ${movesSince} yet, see QUORATE STATUS`,
)
const noShard = error('ERR There is no such shard group, see QUORATE TOPOLOGY')
const tooOldForHands = error(
  `ERR slots of placed eventual keyspaces move once all members run a build that knows how: the cluster is not at version ${handsSince} yet, see QUORATE STATUS`,
)
const tooOldForRoots = error(
  `ERR slots of some keyspaces move while those of others stay once all members run a build that knows how: the cluster is not at version ${rootsSince} yet, see QUORATE STATUS`,
)

const move = {
  ...admin,
  name: 'quorate|move',
  arity: -3,
  since: '0.1.0',
  summary: 'Moves slots to another shard group, or ends a move after what is on its way.',
  complexity: 'O(1), and the keys of the slots afterwards',
  arguments: [
    {
      name: 'what',
      type: 'oneof',
      arguments: [
        {
          name: 'slots_to',
          type: 'block',
          arguments: [
            { name: 'slots', type: 'string', token: 'SLOTS' },
            { name: 'shard', type: 'integer', token: 'TO' },
            { name: 'dryrun', type: 'pure-token', token: 'DRYRUN', optional: true },
          ],
        },
        { name: 'cancel', type: 'pure-token', token: 'CANCEL' },
      ],
    },
  ],
  run: (session, args, state) => {
    const [, , word = '', slots = '', to = '', shard = '', dry] = args
    if (word.toLowerCase() === 'cancel' && args.length === 3) return cancel(session, state)
    const isRight = word.toLowerCase() === 'slots' && to.toLowerCase() === 'to'
    if (!isRight || args.length < 6 || args.length > 7 || !isDry(dry)) return syntaxError
    const runs = decodeRuns(slots)
    const target = parseInteger(shard)
    if (runs === null) return badSlots
    return plan(session, state, {
      name: 'quorate|move',
      what: `slots ${encodeRuns(runs)} go to shard group ${shard}`,
      isDry: dry !== undefined,
      owners: (topology) => {
        if (target === null || !liveShards(topology).some(({ id }) => id === target)) return noShard
        const owners = ownersOf(topology)
        for (const slot of slotsOf(runs)) owners[slot] = target
        return owners
      },
    })
  },
} satisfies RouterCommand

const rebalance = {
  ...admin,
  name: 'quorate|rebalance',
  arity: -2,
  since: '0.1.0',
  summary: 'Moves slots until each shard group has its share of them.',
  complexity: 'O(1), and the keys of the slots afterwards',
  arguments: [{ name: 'dryrun', type: 'pure-token', token: 'DRYRUN', optional: true }],
  run: (session, args, state) => {
    if (args.length > 3 || !isDry(args[2])) return syntaxError
    return plan(session, state, {
      name: 'quorate|rebalance',
      what: 'slots are dealt out anew',
      isDry: args[2] !== undefined,
      owners: sharesOf,
    })
  },
} satisfies RouterCommand

export default [move, rebalance] as const

function isDry(word: string | undefined): boolean {
  return word === undefined || word.toLowerCase() === 'dryrun'
}

/** Null where slots of some keyspace can move. */
export function refusesMoves({ cluster }: RouterState, topology: Topology): ErrorReply | null {
  const { roots } = cluster
  const stranded = roots.stranded(topology)
  if (stranded.length > 0)
    return error(
      `ERR slots of keyspace ${stranded.join(', ')} moved before, and cannot with durability none: its groups would forget whose slots are whose`,
    )
  if (roots.handed(topology).length > 0 && versionOf(topology) < handsSince) return tooOldForHands
  const rooted = roots.rooted(topology)
  if (rooted.length === 0) return null
  if (roots.moving(topology).length > 0)
    return versionOf(topology) < rootsSince ? tooOldForRoots : null
  const named = rooted.map(({ name, why }) => `${name} (${why})`)
  return error(`ERR no slots can move here: those of each keyspace stay: ${named.join(', ')}`)
}

/** What of the keyspaces a plan moves; nothing to say where that is all. */
export function movedKeyspaces(
  { cluster }: RouterState,
  topology: Topology,
): { readonly keyspaces?: readonly string[]; readonly staying?: readonly string[] } {
  const staying = cluster.roots.rooted(topology).map(({ name }) => name)
  return staying.length === 0 ? {} : { keyspaces: cluster.roots.moving(topology), staying }
}

interface Plan {
  readonly name: string
  readonly what: string
  readonly isDry: boolean
  readonly owners: (topology: Topology) => ArrayLike<number> | ErrorReply
}

function plan(session: Session, state: RouterState, of: Plan): Reply | typeof deferred {
  const { cluster } = state
  let planned: readonly PlannedMove[] = []
  const edit: TopologyEdit = (topology) => {
    const refusal = refusesMoves(state, topology)
    if (refusal !== null) return refusal
    if (versionOf(topology) < movesSince) return tooOld
    if ((topology.moves ?? []).length > 0) return moving
    const owners = of.owners(topology)
    if ('type' in owners) return owners
    planned = movesTo(topology, owners)
    return planned.length === 0 ? null : withMoves(cluster.roots.planted(topology), planned)
  }
  if (of.isDry) {
    const made = edit(cluster.topology)
    return made !== null && 'type' in made ? made : shown(state, planned)
  }
  return changeTopology(state, session, {
    name: of.name,
    what: of.what,
    edit,
    done: (refusal, answer) => answer(refusal ?? shown(state, planned)),
  })
}

function cancel(session: Session, state: RouterState): Reply | typeof deferred {
  return changeTopology(state, session, {
    name: 'quorate|move',
    what: 'the move of slots is ended',
    edit: (topology) =>
      (topology.moves ?? []).length === 0 ? notMoving : movesCancelled(topology),
    done: (refusal, answer) => answer(refusal !== null && isError(refusal) ? refusal : 'cancelled'),
  })
}

function shown(state: RouterState, planned: readonly PlannedMove[]): string {
  return JSON.stringify(describePlanned(state, planned))
}

export function describePlanned(
  state: RouterState,
  planned: readonly PlannedMove[],
): readonly Readonly<Record<string, unknown>>[] {
  const of = movedKeyspaces(state, state.cluster.topology)
  return planned.map(({ slots, from, to }) => {
    let count = 0
    for (const [first, last] of slots) count += last - first + 1
    return { from, to, slots: encodeRuns(slots), count, ...of }
  })
}
