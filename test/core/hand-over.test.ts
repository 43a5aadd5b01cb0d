// What drives a hand-over, beside groups that answer at once.

import test from 'ava'
import type { Group, GroupCall, Lane } from '../../src/api/group.js'
import type { MemberId } from '../../src/api/ids.js'
import { ok } from '../../src/api/reply.js'
import { handCancelled, handCommitted, handsOf } from '../../src/api/slot-hands.js'
import { withMoves } from '../../src/api/slot-plan.js'
import {
  firstTopology,
  nextTopology,
  type SlotMove,
  type Topology,
} from '../../src/api/topology.js'
import { HandOver } from '../../src/core/hand-over.js'
import type { TopologyGroup } from '../../src/core/topology-group.js'
import type { Shard } from '../../src/shard/shard.js'

const self = 1 as MemberId
const keyspace = 'default'
const stamps = { made: 0, stable: 0 }

/** A member that holds both groups, of which slots 0 to 9 go from one to the other. */
function begun(): Topology {
  const shards = [0, 1].map((id) => ({ id, weight: 1, members: [self] }))
  const slots = [[0, 8_191, 0] as const, [8_192, 16_383, 1] as const]
  const first = { ...firstTopology({ members: [], shards: [], slots }), shards }
  return withMoves(first, [{ slots: [[0, 9]], from: 0, to: 1 }])
}

/** Attempts that begin within so many milliseconds; the first one is given up by somebody else right before its end. */
function attemptsIn(ms: number): readonly number[] {
  let known = begun()
  const attempts: number[] = []
  const change: TopologyGroup['change'] = (_what, edit, done) => {
    const { attempt } = handsOf(known, keyspace).hand ?? {}
    const isEnd = attempt !== undefined && handCommitted(known, keyspace, attempt) !== null
    if (isEnd && attempts.length === 1) known = handCancelled(known, keyspace, attempt) ?? known
    const made = edit(known)
    if (made !== null && !('type' in made))
      known = nextTopology(made, 1, { at: 0, by: self, what: '' })
    const next = handsOf(known, keyspace).hand?.attempt
    if (next !== undefined && next !== attempt) attempts.push(next)
    done(null)
  }
  const topology = {
    get topology() {
      return known
    },
    change,
  } as unknown as TopologyGroup
  const submit = ({ caller }: Lane, { ticket, args }: GroupCall): void =>
    caller.answer(ticket, args[1] === 'sweep' ? 0 : ok)
  const source = { executor: { isBetweenEntries: true }, status: () => ({ stamps }) }
  const hand = new HandOver({
    ...{ self, keyspace, topology, databases: 0 },
    source: source as unknown as Shard,
    target: { submit } as unknown as Group,
    ask: (member, question) => {
      const said = { era: 1, epoch: known.epoch, life: 1, isClosed: true }
      hand.heard(member, { ...question, ...said, source: stamps, target: stamps })
    },
    isConnected: () => true,
    spread: () => undefined,
  })
  const move = known.moves?.[0] as SlotMove
  for (let mono = 1; mono <= ms; mono++) hand.turn({ mono, wall: mono }, move)
  return attempts
}

test('hand-over: an attempt that others give up at its end: counts as one that failed, the next one waits', (t) => {
  t.is(attemptsIn(250).length, 1)
  t.is(attemptsIn(1_000).length, 2)
})
