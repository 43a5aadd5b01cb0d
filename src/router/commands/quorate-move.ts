// QUORATE MOVE and REBALANCE: slots go to other shard groups while clients go on. Both answer what moves, as JSON, once
// it stands in the topology; whoever leads the groups does the rest, and QUORATE TOPOLOGY says how far it is.

import { movesSince } from '../../api/cluster-version.js'
import { error, syntaxError } from '../../api/replies.js'
import { type ErrorReply, isError, type Reply } from '../../api/reply.js'
import { decodeRuns, encodeRuns, slotsOf } from '../../api/slot-moves.js'
import { movesTo, ownersOf, withMoves, withoutMoves } from '../../api/slot-plan.js'
import { type PlannedMove, type Topology, versionOf } from '../../api/topology.js'
import { assignSlots } from '../../slots/ring.js'
import { liveShards } from '../../slots/shards.js'
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
const merging = error(
  'ERR Slots of eventual and causal keyspaces cannot move yet, and a slot moves with all keyspaces',
)

const forgetful = error(
  'ERR Slots of keyspaces with durability none cannot move: their groups forget whose slots are whose when a majority dies at once',
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
      owners: (topology) => assignSlots(liveShards(topology), ownersOf(topology)),
    })
  },
} satisfies RouterCommand

export default [move, rebalance] as const

function isDry(word: string | undefined): boolean {
  return word === undefined || word.toLowerCase() === 'dryrun'
}

/** Null where slots can move. */
export function refusesMoves({ groups, config }: RouterState): ErrorReply | null {
  const merges = groups.some(({ sight }) => sight !== undefined && sight.supports.order !== 'total')
  if (merges) return merging
  return config.keyspaces.some(({ durability }) => durability === 'none') ? forgetful : null
}

interface Plan {
  readonly name: string
  readonly what: string
  readonly isDry: boolean
  readonly owners: (topology: Topology) => ArrayLike<number> | ErrorReply
}

function plan(session: Session, state: RouterState, of: Plan): Reply | typeof deferred {
  const { cluster } = state
  const refusal = refusesMoves(state)
  if (refusal !== null) return refusal
  let planned: readonly PlannedMove[] = []
  const edit: TopologyEdit = (topology) => {
    if (versionOf(topology) < movesSince) return tooOld
    if ((topology.moves ?? []).length > 0) return moving
    const owners = of.owners(topology)
    if ('type' in owners) return owners
    planned = movesTo(topology, owners)
    return planned.length === 0 ? null : withMoves(topology, planned)
  }
  if (of.isDry) {
    const made = edit(cluster.topology)
    return made !== null && 'type' in made ? made : shown(planned)
  }
  return changeTopology(state, session, {
    name: of.name,
    what: of.what,
    edit,
    done: (refusal, answer) => answer(refusal ?? shown(planned)),
  })
}

function cancel(session: Session, state: RouterState): Reply | typeof deferred {
  return changeTopology(state, session, {
    name: 'quorate|move',
    what: 'the move of slots is ended',
    edit: (topology) => ((topology.moves ?? []).length === 0 ? notMoving : withoutMoves(topology)),
    done: (refusal, answer) => answer(refusal !== null && isError(refusal) ? refusal : 'cancelled'),
  })
}

function shown(planned: readonly PlannedMove[]): string {
  return JSON.stringify(
    planned.map(({ slots, from, to }) => {
      let count = 0
      for (const [first, last] of slots) count += last - first + 1
      return { from, to, slots: encodeRuns(slots), count }
    }),
  )
}
