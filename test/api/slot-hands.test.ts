// Slots that change hands by the topology: attempts, whose slots are, and what groups are told.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import {
  handBegun,
  handCancelled,
  handCommitted,
  handsMapped,
  handsOf,
  ownersIn,
  splitMove,
  toldSlots,
} from '../../src/api/slot-hands.js'
import { movedIn, withMoves } from '../../src/api/slot-plan.js'
import {
  firstTopology,
  nextTopology,
  type SlotMove,
  type Topology,
} from '../../src/api/topology.js'

const by = 1 as MemberId
const keyspace = 'default'

function begun(): Topology {
  const founding = {
    members: [],
    shards: [],
    slots: [[0, 8_191, 0] as const, [8_192, 16_383, 1] as const],
  }
  return next(withMoves(firstTopology(founding), [{ slots: [[0, 99]], from: 0, to: 1 }]))
}

function next(topology: Topology | null): Topology {
  if (topology === null) throw new Error('nothing changed')
  return nextTopology(topology, 1, { at: 0, by, what: '' })
}

function moveOf(topology: Topology): SlotMove {
  return topology.moves?.[0] as SlotMove
}

function asked(topology: Topology, slots: SlotMove['slots']) {
  return { id: moveOf(topology).id, keyspace, by, slots }
}

test('hands: an attempt: one at a time, of slots that are there, never with a number again', (t) => {
  const first = next(handBegun(begun(), asked(begun(), [[0, 9]])))
  const attempt = handsOf(first, keyspace).hand?.attempt ?? 0

  t.is(handBegun(first, asked(first, [[10, 19]])), null)
  t.is(handBegun(begun(), asked(begun(), [[8_192, 8_192]])), null)
  t.is(handCommitted(first, keyspace, attempt + 1), null)
  const given = next(handCancelled(first, keyspace, attempt))
  t.is(handCommitted(given, keyspace, attempt), null)
  const second = next(handBegun(given, asked(given, [[0, 9]])))
  t.true((handsOf(second, keyspace).hand?.attempt ?? 0) > attempt)
  const ended = { ...given, moves: [{ ...moveOf(given), isCancelled: true }] }
  t.is(handBegun(ended, asked(given, [[0, 9]])), null)
})

test('hands: groups: the source is closed while it lasts, the target waits; then they agree on whose slots are', (t) => {
  const open = next(handBegun(begun(), asked(begun(), [[0, 9]])))
  const attempt = handsOf(open, keyspace).hand?.attempt ?? 0
  const [source, target] = [0, 1].map((shard) => toldSlots(open, { keyspace, shard }))

  t.is(source?.leaving?.attempt, attempt)
  t.true(source?.leaving?.isFrozen)
  t.is(target?.importing?.attempt, attempt)
  t.deepEqual(target?.gone, [[0, 8_191, 0]])
  const done = next(handCommitted(open, keyspace, attempt))
  const [went, came] = [0, 1].map((shard) => toldSlots(done, { keyspace, shard }))
  t.deepEqual(went?.gone, [
    [0, 9, 1],
    [8_192, 16_383, 1],
  ])
  t.deepEqual(came?.gone, [[10, 8_191, 0]])
  t.deepEqual([went?.went[0]?.count, came?.came[0]?.count], [1, 1])
  t.is(splitMove(done, moveOf(done), keyspace).left.length, 90)
  t.deepEqual(splitMove(done, moveOf(done), keyspace).went, [[0, 9]])
})

test('hands: the map takes over once all keyspaces are there; exceptions end with it, and stay where it went back', (t) => {
  const open = next(handBegun(begun(), asked(begun(), [[0, 99]])))
  const done = next(handCommitted(open, keyspace, handsOf(open, keyspace).hand?.attempt ?? 0))
  const { id } = moveOf(done)
  const all = { id, keyspace, went: [[0, 99]] as const }

  const alone = handsMapped(movedIn(done, all, [keyspace]) as Topology, done)
  t.deepEqual(handsOf(alone, keyspace).apart, [])
  t.is(ownersIn(alone, keyspace)[50], 1)
  // Of another keyspace nothing went: all of it comes back.
  const half = movedIn(done, all, [keyspace, 'other']) as Topology
  const back = handsMapped(
    movedIn(half, { id, keyspace: 'other', went: [] }, [keyspace, 'other']) as Topology,
    half,
  )
  t.is(ownersIn(back, keyspace)[50], 1)
  t.is(ownersIn(back, 'other')[50], 0)
  t.deepEqual(moveOf(back).from, 1)
  t.is(splitMove(back, moveOf(back), keyspace).left.length, 100)
})

test('hands: nothing ever moved: groups are told nothing', (t) => {
  const founding = { members: [], shards: [], slots: [[0, 16_383, 0] as const] }
  t.is(toldSlots(firstTopology(founding), { keyspace, shard: 0 }), null)
})

test('hands: no attempt while somebody leaves one of both groups', (t) => {
  const topology = begun()
  const leaving = (held: readonly number[]): Topology => {
    const roster = { born: [by], leaving: [{ id: by, held }], gone: [] }
    return { ...topology, roster }
  }
  for (const held of [[0], [1], [0, 1]])
    t.is(handBegun(leaving(held), asked(topology, [[0, 9]])), null)
  t.not(handBegun(leaving([2]), asked(topology, [[0, 9]])), null)
})
