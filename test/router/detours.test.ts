// Commands that wait for slots which change hands, and are answered in time whatever comes.

import test from 'ava'
import type { GroupCall, Lane } from '../../src/api/group.js'
import { slotsWithoutOwner } from '../../src/api/replies.js'
import type { Reply } from '../../src/api/reply.js'
import { slotHeld } from '../../src/api/slot-moves.js'
import { Detours } from '../../src/router/detours.js'
import type { Session } from '../../src/router/session.js'
import type { RouterState } from '../../src/router/state.js'

function world() {
  const answers: Reply[] = []
  const asked: GroupCall[] = []
  const lane = { writes: 0, reads: 0, held: null } as unknown as Lane
  const group = { submit: (_lane: Lane, call: GroupCall) => asked.push(call) }
  const entry = { spec: {}, isWrite: true, firstKey: 1, hasOneKey: true }
  const state = {
    now: { mono: 0, wall: 0 },
    config: { requestMs: 1_000, keyspaces: [] },
    groups: [group],
    sessions: new Map(),
    table: { find: () => entry },
    route: { groupOf: () => 0, fences: [] },
  } as unknown as RouterState
  const session = {
    lanes: { of: () => lane, indexOf: () => 0 },
    terms: null,
    answer: (_ticket: number, reply: Reply) => answers.push(reply),
    ask: () => undefined,
  } as unknown as Session
  const detours = new Detours()
  const refuse = (ticket: number): void => {
    const call = { ticket, db: 0, args: ['set', 'a', '1'] }
    detours.refused(state, session, { lane, call, why: slotHeld })
  }
  return { answers, asked, state, detours, refuse, lane }
}

test('detours: slots that stay held, of a group that takes long to say so: the command ends with its time', (t) => {
  const { answers, asked, state, detours, refuse } = world()

  refuse(3)
  let refusedAt = Number.POSITIVE_INFINITY
  for (let mono = 1; mono < 5_000 && answers.length === 0; mono++) {
    state.now = { mono, wall: mono }
    if (asked.length > 0) {
      asked.length = 0
      refusedAt = mono + 150
    }
    if (mono === refusedAt) refuse(3)
    detours.turn(state)
  }

  t.deepEqual(answers, [slotsWithoutOwner])
  t.true(state.now.mono < 1_500, String(state.now.mono))
})

test('detours: a session whose commands wait a moment each, one after the other: has no error', (t) => {
  const { answers, asked, state, detours, refuse } = world()

  for (let mono = 1; mono < 5_000; mono++) {
    state.now = { mono, wall: mono }
    if (mono % 60 === 0) refuse(mono)
    detours.turn(state)
  }

  t.deepEqual(answers, [])
  t.true(asked.length > 70)
})

test('detours: what is asked of all groups again in every turn: does not keep refused commands of its session', (t) => {
  const { asked, state, detours, refuse, lane } = world()
  const again = (): void => {
    lane.reads = 1
  }
  refuse(3)
  again()

  for (let mono = 1; mono < 100; mono++) {
    state.now = { mono, wall: mono }
    // It was refused, too.
    if (lane.reads > 0) detours.later(mono, 0, again)
    lane.reads = 0
    detours.turn(state)
  }

  t.is(asked.length, 1)
})
