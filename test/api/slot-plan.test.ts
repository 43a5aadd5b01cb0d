// Moves of slots in the topology: numbers, what is given up, and slots of which only some keyspaces went.

import test from 'ava'
import { movedIn, movesTo, withMoves, withoutMoves } from '../../src/api/slot-plan.js'
import type { Topology } from '../../src/api/topology.js'

function topology(era: number, epoch: number): Topology {
  return { era, epoch, slots: [[0, 16_383, 0]] } as unknown as Topology
}

const plan = [{ slots: [[5, 9]], from: 0, to: 1 }] as const

test('slot plan: moves of an era that forgot some: their numbers are above all that there were', (t) => {
  const before = withMoves(topology(3, 900), [...plan, ...plan]).moves ?? []
  const after = withMoves(topology(8, 2), plan).moves ?? []

  t.true((before[1]?.id ?? 0) > (before[0]?.id ?? 0))
  t.true((after[0]?.id ?? 0) > (before[1]?.id ?? 0))
  t.true(Number.isSafeInteger(withMoves(topology(1_000_000, 4_000), plan).moves?.[0]?.id))
})

test('slot plan: a move that is given up where one keyspace went and another did not: its slots come back', (t) => {
  const moving = withoutMoves(withMoves(topology(1, 1), plan)) as Topology
  const id = moving.moves?.[0]?.id ?? 0
  const spaces = ['a', 'b']

  const half = movedIn(moving, { id, keyspace: 'a', went: [[5, 7]] }, spaces) as Topology
  t.is(movedIn(half, { id, keyspace: 'a', went: [] }, spaces), null)
  const done = movedIn(half, { id, keyspace: 'b', went: [[7, 7]] }, spaces) as Topology

  t.deepEqual(done.slots, [
    [0, 6, 0],
    [7, 7, 1],
    [8, 16_383, 0],
  ])
  t.deepEqual(
    done.moves?.map(({ slots, from, to }) => ({ slots, from, to })),
    [{ slots: [[5, 6]], from: 1, to: 0 }],
  )
  t.deepEqual(movesTo(done, new Array(16_384).fill(0)), [{ from: 1, to: 0, slots: [[7, 7]] }])
})

test('slot plan: slots that come back: cannot be left where they are', (t) => {
  const moving = withoutMoves(withMoves(topology(1, 1), plan)) as Topology
  const spaces = ['a', 'b']
  const id = moving.moves?.[0]?.id ?? 0
  const half = movedIn(moving, { id, keyspace: 'a', went: [[5, 7]] }, spaces) as Topology
  const back = movedIn(half, { id, keyspace: 'b', went: [] }, spaces) as Topology
  t.deepEqual(
    back.moves?.map(({ slots, from, to }) => ({ slots, from, to })),
    [{ slots: [[5, 7]], from: 1, to: 0 }],
  )

  t.is(withoutMoves(back), null)

  const later = withMoves(back, [{ slots: [[9, 9]], from: 0, to: 1 }])
  t.deepEqual(withoutMoves(later)?.moves, back.moves)
  const behind = { ...later, moves: [...(later.moves ?? [])].reverse() }
  t.deepEqual(
    withoutMoves(behind)?.moves?.map(({ to, isCancelled }) => ({ to, isCancelled })),
    [
      { to: 1, isCancelled: true },
      { to: 0, isCancelled: false },
    ],
  )
})
