// The origin's side of blocking commands: what a caller is told when its wait ends in several ways at once.

import test from 'ava'
import type { GroupCall, Lane } from '../../src/api/group.js'
import { makeLane } from '../../src/api/group.js'
import { nullArray, type Reply } from '../../src/api/reply.js'
import { unknownResult } from '../../src/api/replies.js'
import { Blocked } from '../../src/shard/blocked.js'
import type { LateAnswer, Waiters } from '../../src/shard/waiters.js'

/** One caller whose pop waits; its time is over and the end of its wait is under way. */
function timedOut(late: () => LateAnswer | null) {
  const told: Reply[] = []
  const calls: { lane: Lane; call: GroupCall }[] = []
  const waiters = {
    find: () => ({ timeoutMs: 100 }),
    has: () => false,
    answerOf: late,
  } as unknown as Waiters
  const blocked = new Blocked({
    self: 1,
    waiters,
    incarnation: () => 1,
    add: (lane, call) => calls.push({ lane, call }),
    isSending: () => false,
    specOf: () => undefined,
  })
  const lane = makeLane({ answer: (_, reply) => told.push(reply) })
  lane.writes = 1
  blocked.turn({ wall: 0, mono: 0 })
  blocked.queued({ sequence: 1, index: 0, lane, ticket: 7, db: 0, args: ['blpop', 'k', '0.1'] })
  blocked.turn({ wall: 200, mono: 200 })
  const end = calls[0]
  if (end === undefined) throw new Error('the wait is to be ended')
  return { told, ended: (reply: Reply) => end.lane.caller.answer(end.call.ticket, reply) }
}

test('blocked: the wait is ended in time: nil', (t) => {
  const world = timedOut(() => null)

  world.ended(1)

  t.deepEqual(world.told, [nullArray])
})

test('blocked: a snapshot says that the wait had ended, before it says by what: the caller gets what it was served', (t) => {
  const id = { origin: 1, incarnation: 1, sequence: 1, index: 0 }
  const world = timedOut(() => ({ id, number: 1, reply: ['k', 'element'] }))

  world.ended(0)

  t.deepEqual(world.told, [['k', 'element']])
})

test('blocked: the wait had ended and nobody knows how: the outcome is not known', (t) => {
  const world = timedOut(() => null)

  world.ended(0)

  t.deepEqual(world.told, [unknownResult])
})

test('blocked: the group cannot be told what was heard: it is told again a second later, not in every turn', (t) => {
  const calls: { lane: Lane; call: GroupCall }[] = []
  const id = { origin: 1, incarnation: 1, sequence: 1, index: 0 }
  const blocked = new Blocked({
    self: 1,
    waiters: { find: () => ({ timeoutMs: 0 }), has: () => false } as unknown as Waiters,
    incarnation: () => 1,
    add: (lane, call) => calls.push({ lane, call }),
    isSending: () => false,
    specOf: () => undefined,
  })
  blocked.turn({ wall: 0, mono: 0 })
  const lane = makeLane({ answer: () => undefined })
  lane.writes = 1
  blocked.queued({ sequence: 1, index: 0, lane, ticket: 7, db: 0, args: ['blpop', 'k', '0'] })
  blocked.served({ id, number: 1, reply: ['k', 'element'] })
  blocked.turn({ wall: 5_000, mono: 5_000 })
  const told = calls.at(-1)
  t.is(calls.length, 1)

  told?.lane.caller.answer(told.call.ticket, unknownResult)

  t.is(blocked.wakeAt(), 6_000)
  blocked.turn({ wall: 5_001, mono: 5_001 })
  t.is(calls.length, 1)
  blocked.turn({ wall: 6_000, mono: 6_000 })
  t.is(calls.length, 2)
})
