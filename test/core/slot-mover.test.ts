// What drives a move of slots, beside groups that answer at once.

import test from 'ava'
import { type Group, type GroupCall, type Lane, makeLane } from '../../src/api/group.js'
import { error } from '../../src/api/replies.js'
import { nothingMoved } from '../../src/api/slot-moves.js'
import type { SlotMove } from '../../src/api/topology.js'
import { SlotMover } from '../../src/core/slot-mover.js'

test('slot mover: a group that refuses the next attempt at once, as while a script runs there: is asked again a while later', (t) => {
  let asked = 0
  const source = {
    lane: makeLane,
    submit: ({ caller }: Lane, { ticket, args }: GroupCall) => {
      if (++asked > 100) throw new Error('the turn does not end')
      caller.answer(ticket, args[2] === '0' ? 0 : error('BUSY a script runs'))
    },
  } as unknown as Group
  const leaving = { batch: 1, attempt: 1, to: 1, slots: [[0, 5]], isFrozen: false } as const
  const ownership = { state: { ...nothingMoved, attempts: 1, leaving } }
  const held = { ownership, engine: {}, isBetweenEntries: true } as never
  const mover = new SlotMover({ source, held, target: source, databases: 16 })
  const move: SlotMove = { id: 1, slots: [[0, 5]], from: 0, to: 1, done: [], isCancelled: false }

  mover.turn({ mono: 1_000, wall: 1_000 }, move)
  t.is(asked, 2)
  t.true(mover.wakeAt(1_000) > 1_000)
  mover.turn({ mono: 2_000, wall: 2_000 }, move)
  t.is(asked, 3)
})
