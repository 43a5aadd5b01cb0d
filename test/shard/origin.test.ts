import test from 'ava'
import type { Lane } from '../../src/api/group.js'
import type { Reply } from '../../src/api/reply.js'
import { ok } from '../../src/api/reply.js'
import { noLeader, unknownResult } from '../../src/api/replies.js'
import { limits } from '../../src/api/limits.js'
import type { CommandSpec } from '../../src/api/command.js'
import type { Batch } from '../../src/shard/batch.js'
import { Origin } from '../../src/shard/origin.js'

const spec = { name: 'set' } as CommandSpec

function world() {
  const replies: Reply[] = []
  const lane: Lane = {
    caller: {
      answer(ticket, reply) {
        replies[ticket] = reply
      },
    },
    writes: 0,
    reads: 0,
    held: null,
  }
  const origin = new Origin(1_000)
  const sent: number[] = []
  const bodies: Uint8Array[] = []
  let ticket = 0
  let isUp = true
  return {
    replies,
    lane,
    origin,
    sent,
    bodies,
    at: (mono: number) => ({ wall: 1_000_000 + mono, mono }),
    down: () => {
      isUp = false
    },
    up: () => {
      isUp = true
    },
    add(mono: number, value = 'v') {
      lane.writes++
      origin.add(
        lane,
        { spec, write: true, db: 0, args: ['set', 'k', value], ticket: ticket++ },
        { wall: 0, mono },
      )
    },
    flush(mono: number, now = { wall: 0, mono }) {
      origin.flush(now, (batch: Batch) => {
        bodies.push(batch.body())
        if (isUp) sent.push(batch.sequence)
        return isUp
      })
    },
  }
}

test('origin: commands of one turn: leave as one batch and are answered by ticket', (t) => {
  const w = world()
  w.add(1)
  w.add(1)

  w.flush(1)
  w.origin.answered(1, [ok, 'old'])

  t.deepEqual(w.sent, [1])
  t.deepEqual(w.replies, [ok, 'old'])
  t.is(w.lane.writes, 0)
  t.true(w.origin.isEmpty)
})

test('origin: no leader until the deadline: a definite error, and no sequence is used up', (t) => {
  const w = world()
  w.down()
  w.add(1)
  w.flush(1)

  w.origin.expire(w.at(1_002), () => noLeader)
  w.up()
  w.add(1_003)
  w.flush(1_003)

  t.is(w.replies[0], noLeader)
  t.deepEqual(w.sent, [1])
})

test('origin: sent and not answered by the deadline: unknown, and sent on as a batch without commands', (t) => {
  const w = world()
  w.add(1)
  w.flush(1)

  w.origin.expire(w.at(1_002), () => noLeader)
  w.flush(1_100)

  t.is(w.replies[0], unknownResult)
  t.deepEqual(w.sent, [1, 1])
  w.origin.answered(1, [])
  t.true(w.origin.isEmpty)
})

test('origin: after a leader change: everything unanswered goes again, in order', (t) => {
  const w = world()
  for (let i = 0; i < 2; i++) {
    w.add(1 + i * limits.batchPatienceMs)
    w.flush(1 + i * limits.batchPatienceMs)
  }
  w.origin.answered(1, [ok])
  w.add(5)
  w.flush(5)

  w.origin.resendAll()
  w.flush(10)

  t.deepEqual(w.sent, [1, 2, 3, 2, 3])
  t.is(w.origin.counters.resends, 2)
})

test('origin: no answer for the resend time: sends again, once', (t) => {
  const w = world()
  w.add(1)
  w.flush(1)

  w.flush(2)
  w.flush(1 + limits.resendMs)
  w.flush(2 + limits.resendMs)

  t.deepEqual(w.sent, [1, 1])
})

test('origin: its own windows have lost what was answered: a new incarnation begins at 1', (t) => {
  const w = world()
  for (let i = 0; i < 2; i++) {
    w.add(1 + i * limits.batchPatienceMs)
    w.flush(1 + i * limits.batchPatienceMs)
  }
  w.origin.answered(1, [ok])
  const before = w.origin.incarnation

  w.origin.holds(0)
  w.add(6)
  w.flush(6)

  t.is(w.origin.incarnation, before + 1)
  t.is(w.replies[1], unknownResult)
  t.deepEqual(w.sent, [1, 2, 1])
})

test('origin: a batch is under way: what comes joins one batch that waits for its answer', (t) => {
  const w = world()
  for (let i = 0; i < 5; i++) {
    w.add(1)
    w.flush(1)
  }

  t.deepEqual(w.sent, [1])
  w.flush(1)
  w.origin.answered(1, [ok])
  w.add(1)
  w.flush(1)

  t.deepEqual(w.sent, [1, 2])
  w.origin.answered(2, [ok, ok, ok, ok, ok])
  t.is(w.replies.filter((reply) => reply === ok).length, 6)
})

test('origin: a caller that was just answered sends no more: what waits leaves after the patience', (t) => {
  const w = world()
  for (let i = 0; i < 5; i++) {
    w.add(1)
    w.flush(1)
  }
  w.origin.answered(1, [ok])
  w.flush(1)

  t.deepEqual(w.sent, [1])
  t.false(w.origin.maySend(w.at(1)))
  t.is(w.origin.wakeAt(w.at(1)), 1 + limits.batchPatienceMs)
  w.flush(1 + limits.batchPatienceMs)

  t.deepEqual(w.sent, [1, 2])
})

test('origin: a batch is answered in the turn that sent it: the next one does not wait for its callers', (t) => {
  const w = world()
  w.add(1)
  w.add(1)
  const now = w.at(1)
  w.flush(1, now)
  w.flush(1, now)
  w.origin.answered(1, [ok, ok])
  w.add(1)
  w.flush(1)

  t.deepEqual(w.sent, [1, 2])
})

test('origin: the answer of the batch before takes long: the next one goes without it', (t) => {
  const w = world()
  w.add(1)
  w.flush(1)
  w.add(2)
  w.flush(2)

  t.deepEqual(w.sent, [1])
  t.is(w.origin.wakeAt(w.at(2)), 1 + limits.batchPatienceMs)
  w.flush(1 + limits.batchPatienceMs)

  t.deepEqual(w.sent, [1, 2])
})

test('origin: full batches: go up to the bound without waiting', (t) => {
  const w = world()
  const count = limits.batchCommandsMax * (limits.batchesInFlightMax + 2)
  for (let i = 0; i < count; i++) w.add(1)

  w.flush(1)

  t.is(w.sent.length, limits.batchesInFlightMax)
})

test('origin: the group knows a later life of it: numbers anew above it, what flew is unknown', (t) => {
  const w = world()
  w.origin.incarnation = 5
  w.add(1)
  w.flush(1)

  w.origin.outlive(5, 1)
  t.is(w.origin.incarnation, 5)
  w.origin.outlive(9, 1)
  w.add(2)
  w.flush(2)

  t.is(w.origin.incarnation, 10)
  t.deepEqual(w.sent, [1, 1])
  t.deepEqual(w.replies, [unknownResult])
})

test('origin: the group knows its own number before it sent anything: takes a greater one', (t) => {
  const w = world()
  w.origin.incarnation = 5

  w.origin.outlive(5, 1)

  t.is(w.origin.incarnation, 6)
})

test('origin: a batch grows after a sending that failed: what is sent holds all of it', (t) => {
  const w = world()
  w.down()
  w.add(1)
  w.flush(1)
  w.up()
  w.add(2)
  w.flush(2)

  const [first, second] = w.bodies as [Uint8Array, Uint8Array]
  t.is(first[0], 1)
  t.is(second[0], 2)
})

test('origin: it cannot send: asks for no further turn at once, and tries again soon', (t) => {
  const w = world()
  w.down()
  w.add(1)

  w.flush(1)

  t.false(w.origin.maySend(w.at(2)))
  t.true(w.origin.wakeAt(w.at(1)) <= 30)
})

test('origin: a new leader that has not applied yet asks for what was answered: nothing is given up', (t) => {
  const w = world()
  w.add(1)
  w.flush(1)
  w.origin.answered(1, [ok])
  w.add(2)
  w.flush(2)

  w.origin.expect(1, w.at(3))
  w.origin.holds(1)

  t.is(w.origin.incarnation, 0)
  t.is(w.replies.length, 1)
  w.origin.answered(2, ['old'])
  t.is(w.replies[1], 'old')
})

test('origin: whoever is refused sends the next command at once: it is not lost with the refused ones', (t) => {
  const w = world()
  w.down()
  w.add(1)
  const { answer } = w.lane.caller
  let isAgain = false
  Object.assign(w.lane.caller, {
    answer(ticket: number, reply: Reply) {
      answer(ticket, reply)
      if (!isAgain) w.add(1_500)
      isAgain = true
    },
  })
  w.flush(1)

  w.origin.expire(w.at(1_500), () => noLeader)
  w.up()
  w.flush(1_500)

  t.deepEqual(w.replies, [noLeader])
  t.is(w.origin.pending, 1)
  t.is(w.sent.length, 1)
})

test('origin: nothing can be sent and commands go on coming: it is full at its bound', (t) => {
  const w = world()
  w.down()
  const commands = limits.batchesWaitingMax * limits.batchCommandsMax

  for (let i = 0; i < commands && !w.origin.isFull; i++) w.add(1)

  t.true(w.origin.isFull)
})

test('origin: a resend is due but cannot leave: wakes later, not at once and for ever', (t) => {
  const w = world()
  w.add(1)
  w.flush(1)
  w.down()

  w.flush(1 + limits.resendMs)

  t.true(w.origin.wakeAt(w.at(1 + limits.resendMs)) > 1 + limits.resendMs)
})

test('origin: it cannot send, and more waits behind what must go again: wakes as rarely', (t) => {
  const w = world()
  w.add(1)
  w.flush(1)
  w.add(2)
  w.origin.resendAll()
  w.down()
  w.flush(2)
  t.true(w.origin.wakeAt(w.at(2)) > 10)
})

test('origin: a batch is told unknown: wakes for the deadline of the one behind it', (t) => {
  const w = world()
  for (const mono of [1, 101, 990]) {
    if (mono < 990) w.add(mono)
    w.flush(mono)
  }
  w.origin.expire(w.at(1_001), () => noLeader)
  t.is(w.origin.wakeAt(w.at(1_001)), 1_101)
})

test('origin: long values while nobody leads: full by their bytes, and empty again when they are gone', (t) => {
  const w = world()
  const value = 'x'.repeat(limits.bulkBytesMax)
  w.down()

  let added = 0
  for (; added < limits.batchesWaitingMax && !w.origin.isFull; added++) w.add(1, value)
  w.flush(1)

  t.true(added < limits.batchesWaitingMax)
  t.true((added - 1) * value.length <= limits.batchesWaitingBytesMax)
  w.origin.expire({ wall: 0, mono: 5_000 }, () => noLeader)
  t.false(w.origin.isFull)
  t.is(w.replies.filter((reply) => reply === noLeader).length, added)
  w.up()
  for (let i = 0; i < added; i++) {
    w.add(6_000, value)
    w.flush(6_000)
    w.origin.answered(i + 1, [ok])
  }
  t.false(w.origin.isFull)
})

test('origin: long values: few bytes in flight, sent again later than short ones', (t) => {
  const w = world()
  const value = 'x'.repeat(limits.bulkBytesMax - 100)
  for (let i = 0; i < 6; i++) w.add(1, value)

  w.flush(1)
  t.deepEqual(w.sent, [1, 2])
  w.flush(1 + limits.resendMs)
  t.deepEqual(w.sent, [1, 2])
  const wakeAt = w.origin.wakeAt(w.at(2))
  t.true(wakeAt > limits.resendMs && wakeAt <= 1_001, 'no turn is asked for meanwhile')
  const late =
    1 + limits.resendMs + Math.ceil(limits.batchesInFlightBytesMax / limits.resendBytesPerMs)
  w.flush(late)
  t.deepEqual(w.sent, [1, 2, 1, 2])
  w.origin.answered(1, [ok])
  w.flush(late)

  t.deepEqual(w.sent.slice(4), [3])
})
