import test from 'ava'
import type { CommandSpec } from '../../src/api/command.js'
import { type GroupCall, type Lane, makeLane } from '../../src/api/group.js'
import type { MemberId, Token } from '../../src/api/ids.js'
import { limits } from '../../src/api/limits.js'
import type { Reply } from '../../src/api/reply.js'
import { busyGroup, noLeader } from '../../src/api/replies.js'
import type { ReadRound } from '../../src/shard/reads.js'
import { Reads } from '../../src/shard/reads.js'
import { RemoteReads } from '../../src/shard/remote-reads.js'
import { type Channel, channels, type ShardSink } from '../../src/shard/sink.js'

const get = { name: 'get', flags: ['readonly'] } as unknown as CommandSpec
const set = { name: 'set', flags: ['write'] } as unknown as CommandSpec
const specs = new Map([
  ['get', get],
  ['set', set],
])
const asker = 1 as MemberId
const leader = 2 as MemberId

interface Sent {
  readonly to: MemberId
  readonly channel: Channel
  readonly body: Uint8Array
}

function side() {
  const sent: Sent[] = []
  const submitted: { readonly lane: Lane; readonly call: GroupCall }[] = []
  const answered: [number, Reply][] = []
  const sink = {
    send: (to: MemberId, channel: Channel, body: Uint8Array) =>
      sent.push({ to, channel, body }) > 0,
  } as unknown as ShardSink
  const reads = new RemoteReads({
    sink,
    spec: (name) => specs.get(name),
    submit: (lane, call) => void submitted.push({ lane, call }),
    answer: (_, call, reply) => void answered.push([call.ticket, reply]),
    applied: () => ({ era: 1, term: 1, index: 1 }),
  })
  return { reads, sent, submitted, answered }
}

function round(tickets: readonly number[], name = 'get'): ReadRound {
  const lane = makeLane({ answer: () => {} })
  return {
    reads: new Reads(5_000),
    lanes: tickets.map(() => lane),
    calls: tickets.map((ticket) => {
      return { spec: get, write: false, db: 3, args: [name, `key${ticket}`], ticket }
    }),
    token: 1 as Token,
    deadline: 5_000,
    index: null,
    next: 0,
    isBegun: false,
  }
}

const at = (mono: number) => ({ wall: mono, mono })

test('remote reads: handed to the leader: read there and answered in order', (t) => {
  const here = side()
  const there = side()
  here.reads.add([round([7, 8])])
  here.reads.flush(at(1), leader)

  t.is(here.sent[0]?.channel, channels.read)
  there.reads.asked(asker, (here.sent[0] as Sent).body)
  t.deepEqual(
    there.submitted.map(({ call }) => [call.db, call.args]),
    [
      [3, ['get', 'key7']],
      [3, ['get', 'key8']],
    ],
  )
  there.submitted[1]?.lane.caller.answer(1, null)
  there.submitted[0]?.lane.caller.answer(0, 'value')
  here.reads.answered(leader, (there.sent[0] as Sent).body)

  t.deepEqual(here.answered, [
    [7, 'value'],
    [8, null],
  ])
  t.is(here.reads.pending, 0)
})

test('remote reads: the answer is lost: asked again, answered once', (t) => {
  const here = side()
  const there = side()
  here.reads.add([round([1])])
  here.reads.flush(at(1), leader)
  here.reads.flush(at(2), leader)
  here.reads.flush(at(1 + limits.resendMs), leader)

  t.is(here.sent.length, 2)
  for (const { body } of here.sent) there.reads.asked(asker, body)
  for (const { lane } of there.submitted) lane.caller.answer(0, 'v')
  for (const { body } of there.sent) here.reads.answered(leader, body)

  t.deepEqual(here.answered, [[1, 'v']])
})

test('remote reads: answers out of order: a later round waits for the older one', (t) => {
  const here = side()
  const there = side()
  here.reads.add([round([1]), round([2])])
  here.reads.flush(at(1), leader)
  for (const { body } of here.sent) there.reads.asked(asker, body)
  for (const { lane } of there.submitted) lane.caller.answer(0, 'v')

  here.reads.answered(leader, (there.sent[1] as Sent).body)
  t.deepEqual(here.answered, [])
  here.reads.answered(leader, (there.sent[0] as Sent).body)
  here.reads.answered(leader, (there.sent[1] as Sent).body)

  t.deepEqual(here.answered, [
    [1, 'v'],
    [2, 'v'],
  ])
})

test('remote reads: a reply longer than a frame: refused, the others are answered', (t) => {
  const here = side()
  const there = side()
  here.reads.add([round([7, 8])])
  here.reads.flush(at(1), leader)
  there.reads.asked(asker, (here.sent[0] as Sent).body)
  const value = 'x'.repeat(limits.bulkBytesMax)

  there.submitted[0]?.lane.caller.answer(0, new Array<string>(70).fill(value))
  there.submitted[1]?.lane.caller.answer(1, 'small')

  t.true((there.sent[0]?.body.length ?? 0) < limits.frameBytesMax)
  here.reads.answered(leader, (there.sent[0] as Sent).body)
  t.deepEqual(here.answered, [
    [7, busyGroup],
    [8, 'small'],
  ])
})

test('remote reads: a request that holds a write: is not executed', (t) => {
  const here = side()
  const there = side()
  here.reads.add([round([1], 'set')])
  here.reads.flush(at(1), leader)

  there.reads.asked(asker, (here.sent[0] as Sent).body)

  t.deepEqual(there.submitted, [])
})

test('remote reads: no answer by the deadline: a definite refusal', (t) => {
  const here = side()
  here.reads.add([round([4])])
  here.reads.flush(at(1), leader)

  here.reads.expire(at(5_000), () => noLeader)

  t.deepEqual(here.answered, [[4, noLeader]])
})

test('remote reads: this member leads now: it gets its reads back, unanswered', (t) => {
  const here = side()
  const own = round([5])
  here.reads.add([own])
  here.reads.flush(at(1), null)

  t.true(here.reads.wakeAt(at(1)) > 1)
  t.deepEqual(here.reads.takeBack(), [own])
  t.is(here.reads.pending, 0)
  t.deepEqual(here.answered, [])
})

test('remote reads: a later round was read before an older one: read again behind it, and only whoever was asked last is heard', (t) => {
  const here = side()
  const there = side()
  here.reads.add([round([1]), round([2])])
  here.reads.flush(at(1), leader)
  const bodies = here.sent.map(({ body }) => body)
  for (const body of [bodies[1], bodies[0]]) there.reads.asked(asker, body as Uint8Array)
  there.submitted.forEach(({ lane }, i) => lane.caller.answer(0, `v${i}`))

  for (const { body } of there.sent) here.reads.answered(leader, body)
  here.reads.flush(at(2), leader)
  here.reads.answered(3 as MemberId, (there.sent[0] as Sent).body)

  t.deepEqual(here.answered, [[1, 'v1']])
  t.deepEqual(here.sent[2]?.body, bodies[1])
})
