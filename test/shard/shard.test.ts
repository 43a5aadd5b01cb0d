import test from 'ava'
import type { CommandSpec } from '../../src/api/command.js'
import type { Config } from '../../src/api/config.js'
import { payloadOf, type Payload } from '../../src/api/entry.js'
import type { GroupCall } from '../../src/api/group.js'
import type { GroupId, MemberId, Token } from '../../src/api/ids.js'
import { limits } from '../../src/api/limits.js'
import { isError, ok, type Reply } from '../../src/api/reply.js'
import { diskFull, unknownResult } from '../../src/api/replies.js'
import type {
  Delivery,
  Ready,
  ReadGrant,
  Strategy,
  StrategyPlugin,
  StrategyStatus,
} from '../../src/api/strategy.js'
import { hashZero } from '../../src/base/hash.js'
import { Random } from '../../src/base/random.js'
import { channels } from '../../src/shard/sink.js'
import { Shard } from '../../src/shard/shard.js'
import { keyspace } from '../core/core-world.js'
import { MapEngine } from './map-engine.js'
import { StoreWorld } from './store-world.js'

const self = 1 as MemberId

/** A strategy that commits what it is given when the test says so. */
function makeStrategy() {
  const proposed: { payload: Payload; token: Token }[] = []
  const asked: Token[] = []
  let delivered: Delivery[] = []
  let grants: ReadGrant[] = []
  let index = 0
  let batch = 0
  const steps: number[] = []
  const nothing = (): null => null
  const strategy = {
    tick: () => {},
    step: (from: MemberId) => void steps.push(from),
    propose(token: Token, payload: Payload) {
      proposed.push({ payload, token })
      return null
    },
    readIndex(token: Token) {
      asked.push(token)
      return null
    },
    ready(): Ready | null {
      if (delivered.length === 0 && grants.length === 0) return null
      const ready = { batch: ++batch, write: null, mustSync: false, delivered, grants }
      delivered = []
      grants = []
      const empty = {
        sendNow: [],
        sendAfterWrite: [],
        dropped: [],
        fetch: null,
        snapshotTo: [],
        trace: [],
      }
      return { ...ready, ...empty }
    },
    status: () => ({
      role: 'leader',
      leader: self,
      term: 1,
      why: '',
      last: { term: 1, index },
      commit: { term: 1, index },
      recovering: null,
      members: { voters: [self], learners: [] },
      peers: [],
    }),
    transfer: nothing,
    applied: () => {},
    diskShort: () => {},
    chainAt: () => hashZero,
    wakeAt: () => Number.MAX_SAFE_INTEGER,
    peerUp: () => {},
    peerDown: () => {},
  }
  return {
    strategy: strategy as unknown as Strategy & { status(): StrategyStatus },
    proposed,
    asked,
    steps,
    commit() {
      for (const { payload, token } of proposed.splice(0)) {
        delivered.push({ at: { term: 1, index: ++index }, payload, token })
      }
    },
    deliver: (payload: Payload) =>
      delivered.push({ at: { term: 1, index: ++index }, payload, token: null }),
    grant() {
      for (const token of asked.splice(0)) grants.push({ token, at: { term: 1, index } })
    },
  }
}

function world(isStarted = true) {
  const sink = new StoreWorld()
  const raft = makeStrategy()
  const engine = new MapEngine()
  const space = keyspace('default', [])
  const config = { self, requestMs: 5_000, clockSkewMs: 500, databases: 20, keyspaces: [space] }
  const more = {
    checkpointLogBytes: limits.checkpointLogBytes,
    checkpointIntervalMs: 1e9,
    checkpointKeysPerSecond: 1e6,
  }
  const shard = new Shard({
    id: 0 as GroupId,
    shard: 0,
    keyspace: space,
    config: { ...config, ...more } as unknown as Config,
    members: { voters: [self], learners: [] },
    plugin: {
      supports: { order: 'total' },
      parseOptions: () => ({}),
      create: () => raft.strategy,
    } as unknown as StrategyPlugin,
    engine: () => engine,
    sink,
    random: new Random(1),
    clockOffset: () => 0,
  })
  const replies: Reply[] = []
  const order: number[] = []
  const lane = shard.lane({
    answer(at, reply) {
      replies[at] = reply
      order.push(at)
    },
  })
  let ticket = 0
  const at = (mono: number) => ({ mono, wall: 1_000_000 + mono })
  shard.load()
  sink.answerAll()
  const nothing = {
    logRows: [],
    witness: null,
    witnessDamaged: false,
    hasHistory: false,
    isOldCopy: false,
    recovering: null,
  }
  if (isStarted) shard.start({ ...nothing, incarnation: 1 }, at(0))
  return {
    sink,
    raft,
    engine,
    shard,
    replies,
    order,
    submit(line: string) {
      const args = line.split(' ')
      const call: GroupCall = {
        spec: {} as CommandSpec,
        write: args[0] === 'set',
        db: 0,
        args,
        ticket: ticket++,
      }
      shard.submit(lane, call)
    },
    turn(mono: number) {
      shard.begin(at(mono))
      shard.flush(at(mono))
      sink.answerAll()
    },
  }
}

test('shard: writes and reads of one connection: take effect in order', (t) => {
  const w = world()
  w.submit('get a')
  w.submit('set a 1')
  w.submit('get a')
  w.turn(1)
  t.is(w.raft.proposed.length, 0, 'the write is held by the read before it')

  w.raft.grant()
  w.turn(2)
  w.turn(3)
  w.raft.commit()
  w.turn(4)

  t.deepEqual(w.engine.ran, ['(get a)', 'set a 1', 'get a'])
  t.deepEqual(w.replies, [null, ok, '1'])
  t.deepEqual(w.order, [0, 1, 2])
})

test('shard: a read past its time by the wall clock: goes through the log, and what follows comes after it', (t) => {
  const w = world()
  for (const line of ['get due', 'get a', 'set a 2']) w.submit(line)
  w.turn(1)
  w.raft.grant()
  w.turn(2)
  w.turn(3)
  w.raft.commit()
  w.turn(4)

  t.deepEqual(w.engine.ran, ['get due', 'get a', 'set a 2'])
  t.is(w.order.length, 3)
})

test('shard: an unknown entry: the replica halts, refuses at once and leaves its group alone', (t) => {
  const w = world()
  w.submit('get a')
  w.submit('set b 1')
  w.raft.deliver(payloadOf(new Uint8Array([99, 99])))
  w.turn(1)
  w.submit('get a')
  w.submit('set a 1')
  w.shard.message(2 as MemberId, channels.strategy, new Uint8Array(1))

  t.is(w.replies.length, 4)
  for (const reply of w.replies.slice(2))
    t.true(isError(reply) && reply.text.startsWith('CLUSTERDOWN entry 1'))
  t.deepEqual(w.raft.steps, [])
  t.false(w.shard.hasUnasked)
  w.turn(12_000)
  t.is(w.order.length, 4, 'those that waited are answered at their deadline')
  t.is(w.shard.report().health, 'halted')
})

test('shard: the replica halts with a batch under way: does not ask for turns without end', (t) => {
  const w = world()
  w.submit('set a 1')
  w.turn(1)
  w.raft.deliver(payloadOf(new Uint8Array([99, 99])))

  for (const mono of [2, 1_000, 12_000, 22_000]) {
    w.turn(mono)
    t.true(w.shard.wakeAt() >= mono + 100)
  }

  t.deepEqual(w.replies, [unknownResult])
})

test('shard: its strategy has not begun: what was asked is refused at the deadline, no turn is asked for', (t) => {
  const w = world(false)
  w.submit('get a')
  w.submit('set a 1')
  w.turn(1)
  t.false(w.shard.hasUnasked)

  w.turn(6_000)
  w.turn(12_000)

  t.is(w.order.length, 2)
  for (const reply of w.replies) t.true(isError(reply) && reply.text.startsWith('LOADING'))
})

test('shard: short of disk space: refuses writes, also behind writes that wait, and reads go on', (t) => {
  const w = world()
  w.submit('set a 1')
  w.shard.diskShort(true)
  w.submit('set a 2')
  w.submit('get a')
  w.turn(1)
  w.raft.commit()
  w.turn(2)

  t.deepEqual(w.replies, [ok, diskFull, '1'])
})

test('shard: report: keys of all databases, and what the engine counts', (t) => {
  const w = world()
  w.engine.data.set('a', '1')
  w.engine.counters.hits = 3
  w.engine.counters.expired = 2

  const { keys, counters } = w.shard.report()

  t.is(keys, 20, 'the fake engine has its key in each of 20 databases')
  t.is(counters['hits'], 3)
  t.is(counters['expired'], 2)
})

test('shard: a stop while nobody commits: what waits hears of no error that the stop made', (t) => {
  const w = world()
  w.submit('get a')
  w.turn(1)
  w.raft.grant()
  w.turn(2)
  w.submit('set a 1')
  w.turn(3)
  w.shard.stop({ mono: 4, wall: 1_000_004 })

  w.turn(500)
  w.turn(1_504)

  t.is(w.replies.length, 1)
})
