// The shipped engine behind the shard's checkpoints: what FakeEngine promises must hold for it, too.

import test from 'ava'
import type { Engine } from '../../src/api/engine.js'
import type { GroupId, MemberId, Now } from '../../src/api/ids.js'
import { Random } from '../../src/base/random.js'
import type { Hash64 } from '../../src/base/hash.js'
import { noBytes } from '../../src/base/bytes.js'
import { createEngine } from '../../src/engine/engine.js'
import { Checkpoints } from '../../src/shard/checkpoints.js'
import { Cleaner } from '../../src/shard/cleaner.js'
import { Loader, type LoadResult } from '../../src/shard/loader.js'
import { channels } from '../../src/shard/sink.js'
import { type InstalledSnapshot, SnapshotReceiver } from '../../src/shard/snapshot-receiver.js'
import { SnapshotSender } from '../../src/shard/snapshot-sender.js'
import { StoreWorld } from './store-world.js'

const group = 3 as GroupId

function makeEngine(): Engine {
  return createEngine({ databases: 2, bulkBytesMax: 1 << 20, maxMemory: 0 })
}

function load(world: StoreWorld): { result: LoadResult; engine: Engine } {
  const engine = makeEngine()
  const loader = new Loader({ group, engine, sink: world })
  loader.start()
  while (loader.result === null) world.answerAll()
  world.answerAll()
  return { result: loader.result, engine }
}

function execute(engine: Engine, random: Random, index: number): void {
  engine.beginEntry(1_800_000_000_000 + index, random.uint32(), random.uint32())
  const db = random.below(2)
  const tag = random.chance(1, 2) ? '{tag}' : ''
  const key = `key${tag}:${random.below(tag === '' ? 40 : 3_000)}`
  const choice = random.below(100)
  if (choice < 60) engine.execute(db, ['set', key, `v${random.below(1_000)}`])
  else if (choice < 70) engine.execute(db, ['set', key, 'v', 'px', String(1 + random.below(500))])
  else if (choice < 96) engine.execute(db, ['del', key])
  else if (choice < 99) engine.expireDue(100)
  else engine.execute(db, ['flushdb'])
}

test('checkpoints of the engine: crash at any point: the last finished one loads with its digest', (t) => {
  const random = new Random(7)
  for (let round = 0; round < 25; round++) {
    const world = new StoreWorld()
    const digests = new Map<number, Hash64>([[0, makeEngine().digest()]])
    let index = 0
    let durable = 0
    for (let life = 0; life < 5; life++) {
      const { result, engine } = load(world)
      if (result.kind === 'damaged') {
        t.fail(`round ${round} life ${life}: ${result.sentence}`)
        return
      }
      const finished = result.kind === 'loaded' ? result.manifest : null
      index = finished?.position.index ?? 0
      t.true(index >= durable)
      durable = index
      t.deepEqual(engine.digest(), digests.get(index))
      const checkpoints = new Checkpoints({
        group,
        engine,
        sink: world,
        generation: result.generation,
        number: result.number,
        finished,
        keysPerSecond: 20_000,
        logBytesMax: 1,
        intervalMs: 1,
        onFinished: (manifest) => {
          durable = manifest.position.index
        },
      })
      for (let turn = random.below(150); turn > 0; turn--) {
        const now: Now = { wall: 1_800_000_000_000, mono: life * 100_000 - turn * 20 }
        for (let i = random.below(30); i > 0; i--) execute(engine, random, ++index)
        const position = { term: 1, index }
        if (random.chance(1, 6) && checkpoints.due(now, 1, position)) {
          digests.set(index, engine.digest())
          checkpoints.begin(now, { position, chain: { high: 0, low: 0 }, era: 0, meta: noBytes })
        }
        checkpoints.turn(now)
        for (let i = random.below(3); i > 0; i--) world.answerWrite()
      }
      world.crash(random)
    }
  }
})

test('transfer of the engine: rows of a later checkpoint beside it: installs the digest of the one sent', (t) => {
  const random = new Random(8)
  const from = new StoreWorld()
  const to = new StoreWorld()
  const engine = makeEngine()
  const checkpoints = new Checkpoints({
    group,
    engine,
    sink: from,
    generation: 1,
    number: 0,
    finished: null,
    keysPerSecond: 1_000_000,
    logBytesMax: 1,
    intervalMs: 1,
    onFinished: () => {},
  })
  let mono = 0
  const checkpoint = (index: number, turns: number): Hash64 => {
    for (let i = 0; i < 2_000; i++) execute(engine, random, index)
    const digest = engine.digest()
    const position = { term: 1, index }
    const start = { position, chain: { high: 0, low: 0 }, era: 0, meta: noBytes }
    checkpoints.begin({ wall: 0, mono }, start)
    for (let turn = 0; turn < turns && checkpoints.isBusy; turn++) {
      checkpoints.turn({ wall: 0, mono: ++mono })
      from.answerAll()
    }
    return digest
  }
  checkpoint(1, 1_000)
  const sent = checkpoint(2, 1_000)
  const manifest = checkpoints.finished
  const installed: InstalledSnapshot[] = []
  const receiver = new SnapshotReceiver({
    group,
    sink: to,
    cleaner: new Cleaner(to),
    makeEngine,
    generation: 1,
    generationMax: 1,
    accepts: () => true,
    onInstalling: () => {},
    onInstalled: (snapshot) => installed.push(snapshot),
  })
  const sender = new SnapshotSender({
    group,
    sink: from,
    reign: () => ({ term: 1, era: 0 }),
    open: () => (manifest === null ? null : { manifest, members: null }),
    close: () => {},
    onSent: () => {},
  })
  checkpoints.hold()
  checkpoint(3, 2)

  sender.start(2 as MemberId)
  for (let step = 0; step < 2_000 && installed.length === 0; step++) {
    const now = { wall: 0, mono: ++mono }
    checkpoints.turn(now)
    sender.turn(now)
    receiver.turn(now)
    from.answerAll()
    to.answerAll()
    for (const { channel, body } of from.sent.splice(0)) {
      if (channel === channels.snapshotOffer) receiver.offered(1 as MemberId, body)
      else receiver.received(1 as MemberId, body)
    }
    for (const { body } of to.sent.splice(0)) sender.acked(now, 2 as MemberId, body)
  }

  t.deepEqual(installed[0]?.engine.digest(), sent)
  const { result, engine: loaded } = load(to)
  t.is(result.kind, 'loaded')
  t.deepEqual(loaded.digest(), sent)
})
