import test from 'ava'
import type { CommandSpec } from '../../src/api/command.js'
import type { Config } from '../../src/api/config.js'
import { decodeEntryHead, type EntryHead, type Payload } from '../../src/api/entry.js'
import { makeLane } from '../../src/api/group.js'
import type { MemberId, Token } from '../../src/api/ids.js'
import { limits } from '../../src/api/limits.js'
import type { Reply } from '../../src/api/reply.js'
import { ok } from '../../src/api/reply.js'
import { noLeader, unknownResult } from '../../src/api/replies.js'
import type { Strategy, StrategyStatus } from '../../src/api/strategy.js'
import { ByteReader, ByteWriter } from '../../src/base/bytes.js'
import { Random } from '../../src/base/random.js'
import { type CommandPayload, decodeCommands, encodeCommands } from '../../src/shard/batch.js'
import { channels } from '../../src/shard/sink.js'
import { Evictor } from '../../src/shard/evictor.js'
import { Windows } from '../../src/shard/windows.js'
import { Writes } from '../../src/shard/writes.js'
import { MapEngine } from './map-engine.js'
import { StoreWorld } from './store-world.js'

const spec = { name: 'set' } as CommandSpec
const self = 1 as MemberId
const other = 2 as MemberId

function world() {
  const sink = new StoreWorld()
  const windows = new Windows()
  const engine = new MapEngine()
  const replies: Reply[] = []
  const proposed: Payload[] = []
  const lane = makeLane({
    answer(ticket, reply) {
      replies[ticket] = reply
    },
  })
  let isBusy = false
  let token = 0
  let ticket = 0
  const writes = new Writes({
    config: { self, requestMs: 1_000, clockSkewMs: 500 } as Config,
    sink,
    windows,
    random: new Random(1),
    engine: () => engine,
    evictor: new Evictor(() => engine),
    token: () => ++token as Token,
    clockOffset: () => 0,
    isAwaited: () => false,
  })
  writes.origin.incarnation = 1024
  const strategy = {
    propose(_token: Token, payload: Payload) {
      if (isBusy) return { reason: 'busy' }
      proposed.push(payload)
      return null
    },
  } as unknown as Strategy
  const at = (mono: number, wall = 1_000_000 + mono) => ({ wall, mono })
  return {
    sink,
    windows,
    engine,
    replies,
    proposed,
    writes,
    at,
    busy: (busy: boolean) => (isBusy = busy),
    follow(leader: MemberId | null, term = 1, index = 0) {
      const role = leader === self ? 'leader' : 'follower'
      writes.watch({ role, leader, term, commit: { term, index } } as StrategyStatus)
    },
    set(mono: number, key = 'k') {
      lane.writes++
      const call = { spec, write: true, db: 0, args: ['set', key, 'v'], ticket: ticket++ }
      writes.origin.add(lane, call, at(mono))
    },
    flush: (mono: number) => writes.flush(strategy, at(mono)),
    /** A batch of another member. */
    forward(sequence: number, incarnation = 2048, mono = 1) {
      const body = encodeCommands({ databases: [0], calls: [['set', `k${sequence}`, 'v']] })
      const frame = new ByteWriter()
        .byte(1)
        .varint(incarnation)
        .varint(sequence)
        .varint(0)
        .raw(body)
      writes.forwarded(strategy, other, frame.finish(), at(mono))
    },
    /** What origins were told to send. */
    expects: () =>
      sink.sent
        .filter((each) => each.channel === channels.expect)
        .map(({ body }) => {
          const reader = new ByteReader(body)
          reader.varint()
          return reader.varint()
        }),
    apply(sequence: number, incarnation = 2048) {
      const head = { origin: other, incarnation, sequence, acknowledged: 0 }
      windows.record(head as unknown as EntryHead, [ok])
    },
  }
}

const head = (payload: Payload | undefined): EntryHead => (payload as CommandPayload).head

test('writes: another member leads: the batch goes to it, once', (t) => {
  const w = world()
  w.follow(other)
  w.set(1)
  w.flush(1)
  w.flush(2)

  t.deepEqual(
    w.sink.sent.map((each) => [each.to, each.channel]),
    [[other, channels.forward]],
  )
  t.is(w.proposed.length, 0)
})

test('writes: no answer in time, or another leader: the same batch goes again', (t) => {
  const w = world()
  w.follow(other)
  w.set(1)
  w.flush(1)
  w.flush(1 + limits.resendMs)
  w.follow(3 as MemberId, 2)
  w.flush(500)

  t.deepEqual(
    w.sink.sent.map((each) => each.to),
    [2, 2, 3],
  )
  t.deepEqual(w.sink.sent[0]?.body, w.sink.sent[2]?.body)
})

test('writes: a leader: takes batches of another origin in sequence, each once', (t) => {
  const w = world()
  w.follow(self)
  for (const sequence of [1, 1, 2, 2, 1]) w.forward(sequence)

  t.deepEqual(
    w.proposed.map((each) => head(each).sequence),
    [1, 2],
  )
  t.is(w.expects().length, 0)
})

test('writes: a batch is missing: the leader takes none behind it and says which it waits for', (t) => {
  const w = world()
  w.follow(self)
  w.forward(1)
  w.forward(3)

  t.is(w.proposed.length, 1)
  t.deepEqual(w.expects(), [2])
})

test('writes: a leader that applies its log only now: asks again for what it needs then', (t) => {
  const w = world()
  w.follow(self)
  w.forward(5)
  t.deepEqual(w.expects(), [1])
  w.flush(2)
  t.deepEqual(w.expects(), [1])

  for (let sequence = 1; sequence <= 4; sequence++) w.apply(sequence)
  w.flush(3)
  w.flush(4)

  t.deepEqual(w.expects(), [1, 5])
})

test('writes: the strategy is busy: the origin is asked again once something was committed', (t) => {
  const w = world()
  w.follow(self)
  w.busy(true)
  w.forward(1)
  w.forward(2)
  w.flush(2)
  w.busy(false)
  w.forward(3)
  w.flush(100)

  t.is(w.proposed.length, 0, 'nothing is taken out of order')
  t.deepEqual(w.expects(), [], 'it would send in vain')
  w.follow(self, 1, 1)
  t.true(w.writes.wakeAt(w.at(20)) <= 100)
  w.flush(20)
  t.deepEqual(w.expects(), [])
  w.flush(100)
  w.flush(101)
  t.deepEqual(w.expects(), [1])
})

test('writes: the strategy is busy for another reason: the origin is asked again in any case', (t) => {
  const w = world()
  w.follow(self)
  w.busy(true)
  w.forward(1)
  w.flush(2)
  w.busy(false)

  t.true(w.writes.wakeAt(w.at(20)) <= 200)
  w.flush(200)

  t.deepEqual(w.expects(), [1])
})

test('writes: not the leader: what others forward is left alone', (t) => {
  const w = world()
  w.follow(other)
  w.forward(1)

  t.is(w.proposed.length, 0)
  t.is(w.sink.sent.length, 0)
})

test('writes: a message of bytes that are no batch: changes nothing', (t) => {
  const w = world()
  w.follow(self)
  for (const bytes of [[], [1], [9, 1, 1, 0], [1, 255, 255]]) {
    w.writes.forwarded({} as Strategy, other, new Uint8Array(bytes), w.at(1))
  }
  w.writes.expected(new Uint8Array([200]), w.at(1))

  t.is(w.proposed.length, 0)
})

test('writes: a proposal whose caller was told "unknown": the entry keeps its commands for every replica', (t) => {
  const w = world()
  w.follow(self)
  w.set(1)
  w.flush(1)

  w.writes.origin.expire(w.at(5_000), () => noLeader)
  const payload = w.proposed[0] as CommandPayload
  const reader = new ByteReader(payload.bytes())
  decodeEntryHead(reader)

  t.deepEqual(w.replies, [unknownResult])
  t.deepEqual(decodeCommands(reader)?.calls, [['set', 'k', 'v']])
  t.deepEqual(payload.commands?.calls, [['set', 'k', 'v']])
})

test('writes: sent again after its caller was told "unknown": says nothing but its number', (t) => {
  const w = world()
  w.follow(other)
  w.set(1)
  w.flush(1)
  w.writes.origin.expire(w.at(5_000), () => noLeader)
  w.follow(self, 2)
  w.flush(5_001)

  const payload = w.proposed[0] as CommandPayload
  const reader = new ByteReader(payload.bytes())
  t.is(decodeEntryHead(reader)?.sequence, 1)
  t.deepEqual(decodeCommands(reader)?.calls, [])
  t.is(payload.commands, null)
})

test('writes: keys are due: the leader proposes a tick, not more often than allowed', (t) => {
  const w = world()
  w.engine.due = [1_000_500]
  w.follow(self)

  for (const mono of [400, 501, 510, 590]) w.flush(mono)
  t.is(w.proposed.length, 1)
  w.flush(501 + limits.tickEntryMs)

  t.is(w.proposed.length, 2)
})

test('writes: a tick met its bound: the next one follows at once', (t) => {
  const w = world()
  w.engine.due = [1_000_000]
  w.follow(self)
  w.flush(500)

  w.writes.ticked(limits.expireKeysPerEntry)
  w.flush(501)
  w.writes.ticked(3)
  w.flush(502)

  t.is(w.proposed.length, 2)
  t.is(w.sink.wakes, 1)
})

test('writes: a follower: proposes no tick', (t) => {
  const w = world()
  w.engine.due = [1]
  w.follow(other)
  w.flush(500)

  t.is(w.proposed.length, 0)
  t.true(w.writes.wakeAt(w.at(500)) > 1_000_000)
})
