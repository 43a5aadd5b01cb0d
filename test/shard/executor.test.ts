import test from 'ava'
import type { CommandSpec } from '../../src/api/command.js'
import {
  encodeEntryHead,
  entryKinds,
  entryVersion,
  entryVersionBounded,
  payloadOf,
  type Payload,
} from '../../src/api/entry.js'
import { noKeyEvents } from '../../src/api/events.js'
import { type GroupCall, type Lane, makeLane } from '../../src/api/group.js'
import type { Token } from '../../src/api/ids.js'
import { limits } from '../../src/api/limits.js'
import { positionZero } from '../../src/api/position.js'
import { noLeader } from '../../src/api/replies.js'
import { ok, type Reply } from '../../src/api/reply.js'
import type { SlotMark } from '../../src/api/strategy.js'
import { noTimes } from '../../src/api/times.js'
import { ByteWriter } from '../../src/base/bytes.js'
import { encodeCommands } from '../../src/shard/batch.js'
import { EventLog } from '../../src/shard/event-log.js'
import { Executor } from '../../src/shard/executor.js'
import { GroupReads } from '../../src/shard/group-reads.js'
import type { LateAnswer } from '../../src/shard/waiters.js'
import { Windows } from '../../src/shard/windows.js'
import { MapEngine } from './map-engine.js'

const spec = { name: 'get' } as CommandSpec

/** Each look at the stopwatch is so many microseconds behind the last one. */
function world(lookMicroseconds = 0) {
  const engine = new MapEngine()
  const windows = new Windows()
  const reads = new GroupReads(1_000)
  const answered: (readonly Reply[])[] = []
  const replies: Reply[] = []
  const intoLog: string[] = []
  const halts: string[] = []
  const ticked: number[] = []
  let wakes = 0
  let index = 0
  const served: LateAnswer[] = []
  let token = 0
  let sequence = 0
  let microseconds = 0
  const executor = new Executor({
    engine,
    windows,
    reads,
    events: new EventLog(noKeyEvents, 16),
    times: { ...noTimes, stopwatch: { microseconds: () => (microseconds += lookMicroseconds) } },
    host: {
      answered: (_head, found) => answered.push(found),
      read: (_lane, call, reply) => {
        replies[call.ticket] = reply
      },
      intoLog: (lane, call) => {
        lane.writes++
        intoLog.push(call.args.join(' '))
      },
      served: (answer) => void served.push(answer),
      cancelled: () => undefined,
      members: () => true,
      ticked: (count) => void ticked.push(count),
      executed: () => undefined,
      prepared: () => undefined,
      opens: () => undefined,
      owes: () => undefined,
      halt: (why) => halts.push(why),
      wake: () => wakes++,
    },
  })
  return {
    engine,
    windows,
    reads,
    answered,
    served,
    replies,
    intoLog,
    halts,
    ticked,
    executor,
    wakes: () => wakes,
    deliver(payload: Payload) {
      executor.deliver([{ at: { term: 1, index: ++index }, payload, token: null }])
      return index
    },
    commands(...lines: string[]) {
      return this.deliver(entry(entryKinds.command, ++sequence, lines))
    },
    read(lane: Lane, line: string, options: { ticket: number; index: number; mono?: number }) {
      const now = { wall: 0, mono: options.mono ?? 0 }
      const args = line.split(' ')
      const call: GroupCall = { spec, write: false, db: 0, args, ticket: options.ticket }
      lane.reads++
      reads.add(lane, call, now)
      const asked = ++token as Token
      reads.flush(now, () => asked)
      reads.granted(asked, options.index)
    },
    run() {
      executor.begin()
      executor.run({ wall: 0, mono: 0 })
    },
  }
}

function entry(
  kind: number,
  sequence: number,
  lines: readonly string[],
  version = entryVersion,
): Payload {
  const writer = new ByteWriter()
  const head = { origin: 2, incarnation: 1, sequence, acknowledged: 0, stamp: 100 + sequence }
  encodeEntryHead(writer, { kind, version, ...head, seedHigh: 1, seedLow: 2, trace: '' })
  const calls = lines.map((line) => line.split(' '))
  writer.raw(encodeCommands({ databases: calls.map(() => 0), calls }))
  return payloadOf(writer.finish())
}

const lane = (): Lane => makeLane({ answer: () => {} })

test('executor: entries: run in order, their replies go to the origin', (t) => {
  const w = world()
  w.commands('set a 1', 'get a')
  w.commands('get b')

  w.run()

  t.deepEqual(w.answered, [[ok, '1'], [null]])
  t.is(w.executor.applied.index, 2)
})

test('executor: a batch delivered twice: takes effect once, the position moves on', (t) => {
  const w = world()
  w.deliver(entry(entryKinds.command, 1, ['set a 1']))
  w.deliver(entry(entryKinds.command, 1, ['set a 1']))

  w.run()

  t.deepEqual(w.engine.ran, ['set a 1'])
  t.is(w.executor.applied.index, 2)
})

test('executor: a read: waits for its index, not for what is behind it', (t) => {
  const w = world()
  w.commands('set a 1')
  w.commands('set a 2')
  w.read(lane(), 'get a', { ticket: 0, index: 1 })

  w.run()

  t.deepEqual(w.replies, ['1'])
  t.is(w.executor.applied.index, 2)
})

test('executor: commands that take long: a turn begins few of them, the next ones go on in order', (t) => {
  const w = world(1_000)
  const lines = Array.from({ length: 20 }, (_, i) => `set a ${i}`)
  w.commands(...lines)
  for (let ticket = 0; ticket < 20; ticket++) {
    w.read(lane(), `get a${ticket}`, { ticket, index: 1 })
  }

  w.run()
  const ran = w.engine.ran.length
  for (let i = 0; i < 20; i++) w.run()

  t.true(ran > 0 && ran < 8, `${ran}`)
  t.deepEqual(w.engine.ran, [...lines, ...lines.map((_, i) => `(get a${i})`)])
  t.deepEqual(w.answered, [lines.map(() => ok)])
  t.is(w.replies.length, 20)
  t.true(w.wakes() >= 6)
})

test('executor: a long command in an entry: nothing else runs until it answers', (t) => {
  const w = world()
  w.commands('slow 3', 'set a 1')
  w.commands('set a 2')
  w.read(lane(), 'get a', { ticket: 0, index: 0 })
  w.run()
  w.run()
  t.false(w.executor.isBetweenEntries)
  t.deepEqual(w.engine.ran, ['(get a)', 'slow 3'])

  w.run()
  w.run()
  w.run()

  t.deepEqual(w.engine.ran, ['(get a)', 'slow 3', 'set a 1', 'set a 2'])
  t.deepEqual(w.answered, [[ok, ok], [ok]])
  t.is(w.wakes(), 2)
})

test('executor: a long read past its deadline: ends and is answered, never another one in its place', (t) => {
  const w = world()
  w.read(lane(), 'slow 3', { ticket: 0, index: 0 })
  w.read(lane(), 'get a', { ticket: 1, index: 0 })
  w.run()

  w.reads.expire(
    { wall: 0, mono: 5_000 },
    (_lane, call, reply) => (w.replies[call.ticket] = reply),
    () => noLeader,
  )
  for (let i = 0; i < 5; i++) w.run()

  t.is(w.replies[0], ok)
  t.is(w.replies[1], null)
})

test('executor: a snapshot arrives while a long read is open: the read begins again on the new state', (t) => {
  const w = world()
  w.read(lane(), 'slow 3', { ticket: 0, index: 0 })
  w.run()
  const other = new MapEngine()

  w.executor.replace(other, { term: 2, index: 50 })
  for (let i = 0; i < 5; i++) w.run()

  t.deepEqual(other.ran, ['(slow 3)'])
  t.is(w.replies[0], ok)
})

test('executor: a read that goes into the log: takes the later reads of its lane along, not those of others', (t) => {
  const w = world()
  const mine = lane()
  w.read(mine, 'get due', { ticket: 0, index: 0 })
  w.read(mine, 'get a', { ticket: 1, index: 0 })
  w.read(lane(), 'get b', { ticket: 2, index: 0 })

  w.run()

  t.deepEqual(w.intoLog, ['get due', 'get a'])
  t.deepEqual(w.engine.ran, ['(get b)'])
})

const unknown: readonly [string, Payload][] = [
  ['of a later version', entry(entryKinds.command, 1, [], entryVersionBounded + 1)],
  ['of an unknown kind', entry(99, 1, [])],
  ['of a kind that is only reserved', entry(entryKinds.prepare, 1, [])],
  ['of bytes that are no head', payloadOf(new Uint8Array([1, 1]))],
]
for (const [what, payload] of unknown) {
  test(`executor: an entry ${what}: the replica stops before it`, (t) => {
    const w = world()
    w.deliver(payload)
    w.commands('set a 1')

    w.run()
    w.run()

    t.is(w.halts.length, 1)
    t.deepEqual(w.executor.applied, positionZero)
    t.deepEqual(w.engine.ran, [])
  })
}

test('executor: a slot that the engine cannot merge: the replica stops before it, and says what helps', (t) => {
  const w = world()
  const seen = { covers: () => false, includes: () => false }
  const sides = { mine: seen, theirs: seen, mineLacksAbove: 0, theirsLacksAbove: 0 }
  const slot = { slot: 1, exported: Uint8Array.of(99), ...sides } as unknown as SlotMark
  const payload = entry(entryKinds.effects, 1, [])
  w.executor.deliver([{ at: { term: 1, index: 1 }, payload, token: null, slot }])

  w.run()

  t.is(w.halts.length, 1)
  t.regex(w.halts[0] ?? '', /entry 1 cannot be merged: .* with an empty directory/)
  t.deepEqual(w.executor.applied, positionZero)
})

test('executor: a tick that meets its bound: says how many keys it expired', (t) => {
  const w = world()
  w.engine.due = new Array<number>(limits.expireKeysPerEntry + 10).fill(50)
  w.deliver(entry(entryKinds.tick, 0, []))
  w.deliver(entry(entryKinds.tick, 0, []))

  w.run()

  t.deepEqual(w.ticked, [limits.expireKeysPerEntry, 10])
})

test('executor: held for a snapshot: executes nothing', (t) => {
  const w = world()
  w.executor.isHeld = true
  w.commands('set a 1')
  w.read(lane(), 'get a', { ticket: 0, index: 0 })

  w.run()

  t.deepEqual(w.engine.ran, [])
  t.deepEqual(w.replies, [])
})

test('executor: more commands than one turn may run: the rest follows in the next one, in order', (t) => {
  const w = world()
  const lines = Array.from({ length: 4_000 }, (_, i) => `set k ${i}`)
  for (let i = 0; i < 6; i++) w.commands(...lines)

  w.run()
  const first = w.engine.ran.length
  while (w.executor.backlog > 0) {
    const woken = w.wakes()
    w.run()
    t.true(w.executor.backlog === 0 || w.wakes() > woken)
  }

  t.true(first < 5_000 && first > 0)
  t.is(w.engine.ran.length, 24_000)
  t.is(w.answered.length, 6)
})

test('executor: commands of many arguments: count as many', (t) => {
  const w = world()
  const pairs = Array.from({ length: 100 }, (_, i) => `k${i} v`).join(' ')
  w.commands(...Array.from({ length: 100 }, () => `mset ${pairs}`))

  w.run()
  const first = w.engine.ran.length
  for (let i = 0; i < 20; i++) w.run()

  t.true(first > 0 && first < 10)
  t.is(w.answered.length, 1)
})

test('executor: entries of others: what a turn merges is bounded by their bytes, the next one goes on', (t) => {
  const w = world()
  const merging = { merge: () => true, owes: false }
  Object.assign(w.engine, { merging })
  const ops = new Uint8Array(16 * 1024)
  for (let index = 1; index <= 20; index++) {
    const merge = { stamp: 64 * index, seen: { covers: () => true }, ops }
    w.executor.deliver([{ at: { term: 1, index }, payload: payloadOf(ops), token: null, merge }])
  }

  w.run()
  const first = w.executor.applied.index
  w.run()
  w.run()

  t.is(first, 8)
  t.is(w.wakes(), 2)
  t.is(w.executor.applied.index, 20)
})

test('executor: nothing is left to be executed: the engine rests, turn by turn until it is done', (t) => {
  const w = world()
  let left = 2
  Object.assign(w.engine, { rest: () => left-- > 1 })
  w.commands('set a 1')

  for (let i = 0; i < 2; i++) w.run()

  t.is(left, 0)
  t.is(w.wakes(), 1)
})
