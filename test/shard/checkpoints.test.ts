import test from 'ava'
import type { GroupId, Now } from '../../src/api/ids.js'
import { Random } from '../../src/base/random.js'
import { noBytes, textToBytes } from '../../src/base/bytes.js'
import { Checkpoints, type CheckpointsInit } from '../../src/shard/checkpoints.js'
import { Cleaner } from '../../src/shard/cleaner.js'
import { Loader, type LoadResult } from '../../src/shard/loader.js'
import {
  generationRange,
  type Manifest,
  manifestKey,
  stateKey,
} from '../../src/shard/state-layout.js'
import { FakeEngine } from './fake-engine.js'
import { StoreWorld } from './store-world.js'

const group = 1 as GroupId

function at(mono: number): Now {
  return { wall: 1_000_000 + mono, mono }
}

interface Member {
  readonly world: StoreWorld
  readonly engine: FakeEngine
  readonly checkpoints: Checkpoints
  readonly finished: Manifest[]
}

function makeMember(world: StoreWorld, change: Partial<CheckpointsInit> = {}): Member {
  const engine = new FakeEngine()
  const finished: Manifest[] = []
  const checkpoints = new Checkpoints({
    group,
    engine,
    sink: world,
    generation: 1,
    number: 0,
    finished: null,
    keysPerSecond: 50_000,
    logBytesMax: 1000,
    intervalMs: 60_000,
    onFinished: (manifest) => finished.push(manifest),
    ...change,
  })
  return { world, engine, checkpoints, finished }
}

function start(index: number): Parameters<Checkpoints['begin']>[1] {
  return {
    position: { term: 1, index },
    chain: { high: index, low: 7 },
    era: 0,
    meta: textToBytes(`meta ${index}`),
  }
}

/** Turns once a millisecond until nothing is open; the number of turns. */
function runDown(member: Member, from = 0): number {
  for (let turn = 0; turn < 10_000; turn++) {
    member.checkpoints.turn(at(from + turn))
    if (!member.checkpoints.isBusy) return turn
    member.world.answerAll()
  }
  throw new Error('the checkpoint does not end')
}

function load(world: StoreWorld): { result: LoadResult; engine: FakeEngine } {
  const engine = new FakeEngine()
  const loader = new Loader({ group, engine, sink: world })
  loader.start()
  for (let step = 0; step < 10_000 && loader.result === null; step++) world.answerAll()
  if (loader.result === null) throw new Error('the loader does not end')
  world.answerAll()
  return { result: loader.result, engine }
}

test('checkpoints: rows and manifest: load as the state at the position, later writes are not in it', (t) => {
  const member = makeMember(new StoreWorld())
  for (let i = 0; i < 2500; i++) member.engine.set(`key:${i}`, `value ${i}`)
  const before = new Map(member.engine.data)

  member.checkpoints.begin(at(0), start(41))
  member.engine.set('key:1', 'changed')
  runDown(member)

  const { result, engine } = load(member.world)
  if (result.kind !== 'loaded') return t.fail(result.kind)
  t.deepEqual(content(engine.data), content(before))
  t.deepEqual(result.manifest.position, { term: 1, index: 41 })
  t.deepEqual(result.manifest.chain, { high: 41, low: 7 })
  t.is(Buffer.from(result.manifest.meta).toString(), 'meta 41')
  t.deepEqual([result.number, result.generation, result.generationMax], [1, 1, 1])
  t.deepEqual(result.garbage, [])
})

test('checkpoints: a second one: writes what changed and deletes what it superseded', (t) => {
  const member = makeMember(new StoreWorld())
  for (let i = 0; i < 100; i++) member.engine.set(`key:${i}`, 'first')
  member.checkpoints.begin(at(0), start(1))
  runDown(member)

  member.engine.set('key:5', 'second')
  member.engine.delete('key:6')
  member.checkpoints.begin(at(1000), start(2))
  runDown(member, 1000)
  t.is(member.checkpoints.status.rowsWritten, 2)
  for (let turn = 0; turn < 20; turn++) {
    member.checkpoints.turn(at(2000 + turn))
    member.world.answerAll()
  }

  // 98 untouched, one changed, and the manifest; the tombstone went with the row that it covered.
  t.is(member.world.rows.size, 100)
  t.deepEqual(content(load(member.world).engine.data), content(member.engine.data))
})

test('checkpoints: the manifest: is written synced, alone, after every row was answered', (t) => {
  const member = makeMember(new StoreWorld())
  for (let i = 0; i < 3000; i++) member.engine.set(`key:${i}`, 'v')
  member.checkpoints.begin(at(0), start(1))

  let answered = 0
  for (let turn = 0; turn < 1000 && member.checkpoints.isBusy; turn++) {
    member.checkpoints.turn(at(turn * 10))
    const last = member.world.writesSeen.at(-1)
    if (last?.sync === true) t.true(answered >= member.world.writesSeen.length - 1)
    t.true(member.world.writesWaiting <= 2)
    if (turn % 3 === 0 && member.world.answerWrite()) answered++
  }

  t.deepEqual(
    member.world.writesSeen.map((write) => write.sync),
    [...member.world.writesSeen.slice(1).map(() => false), true],
  )
  t.deepEqual(
    member.world.writesSeen.at(-1)?.puts.map((row) => row.key),
    [manifestKey(group)],
  )
  t.is(member.finished.length, 1)
})

test('checkpoints: pace: keysPerSecond holds in the background and not when hurried', (t) => {
  const paced = makeMember(new StoreWorld(), { keysPerSecond: 10_000 })
  const hurried = makeMember(new StoreWorld(), { keysPerSecond: 10_000 })
  for (const member of [paced, hurried]) {
    for (let i = 0; i < 20_000; i++) member.engine.set(`key:${i}`, 'v')
    member.checkpoints.begin(at(0), start(1))
  }
  hurried.checkpoints.hurry()

  const pacedTurns = runDown(paced)
  const hurriedTurns = runDown(hurried)

  t.true(pacedTurns >= 1750 && pacedTurns <= 2100, `paced: ${pacedTurns} ms`)
  t.true(hurriedTurns <= 25, `hurried: ${hurriedTurns} turns`)
})

test('checkpoints: wakeAt: following it alone brings the checkpoint to its end', (t) => {
  const member = makeMember(new StoreWorld())
  for (let i = 0; i < 10_000; i++) member.engine.set(`key:${i}`, 'v')
  member.checkpoints.begin(at(0), start(1))

  let now = 0
  let turns = 0
  while (member.checkpoints.isBusy && turns++ < 200) {
    const wake = member.checkpoints.wakeAt()
    if (wake === Infinity) t.true(member.world.answerWrite(), 'something is waited for')
    else now = Math.max(now, wake)
    member.checkpoints.turn(at(now))
  }

  t.is(member.finished.length, 1)
  t.true(turns < 60, `${turns} turns`)
})

test('checkpoints: due: by log bytes or interval, and only when something was applied', (t) => {
  const member = makeMember(new StoreWorld(), { logBytesMax: 1000, intervalMs: 500 })
  const { checkpoints } = member

  t.false(checkpoints.due(at(0), 2000, { term: 0, index: 0 }))
  t.true(checkpoints.due(at(0), 1000, { term: 1, index: 1 }))
  t.false(checkpoints.due(at(0), 999, { term: 1, index: 1 }))
  t.false(checkpoints.due(at(499), 999, { term: 1, index: 1 }))
  t.true(checkpoints.due(at(500), 999, { term: 1, index: 1 }))
  checkpoints.begin(at(500), start(1))
  t.false(checkpoints.due(at(9000), 2000, { term: 1, index: 2 }))
  runDown(member, 9000)
  t.false(checkpoints.due(at(19_000), 2000, { term: 1, index: 1 }))
  t.true(checkpoints.due(at(19_000), 2000, { term: 1, index: 2 }))
})

test('checkpoints: a failed write: is reported, and nothing is written after it', (t) => {
  const member = makeMember(new StoreWorld())
  for (let i = 0; i < 3000; i++) member.engine.set(`key:${i}`, 'v')
  member.checkpoints.begin(at(0), start(1))
  member.checkpoints.turn(at(0))
  member.world.failure = 'ENOSPC'
  member.world.answerWrite()
  const written = member.world.writesSeen.length

  for (let turn = 1; turn < 100; turn++) member.checkpoints.turn(at(turn * 100))

  t.is(member.world.writesSeen.length, written)
  t.is(member.checkpoints.failure, 'a checkpoint could not be written: ENOSPC')
  t.is(member.checkpoints.wakeAt(), Infinity)
  t.deepEqual(member.finished, [])
  t.true(member.world.traces.some((event) => event.event === 'checkpoint.failed'))
})

test('checkpoints: while held: superseded rows stay, and go once released', (t) => {
  const member = makeMember(new StoreWorld())
  member.engine.set('key', 'first')
  member.checkpoints.begin(at(0), start(1))
  runDown(member)
  member.checkpoints.hold()
  member.engine.set('key', 'second')
  member.checkpoints.begin(at(100), start(2))
  runDown(member, 100)

  for (let turn = 0; turn < 20; turn++) {
    member.checkpoints.turn(at(200 + turn))
    member.world.answerAll()
  }
  t.is(member.world.rows.size, 3)
  member.checkpoints.release()
  for (let turn = 0; turn < 20; turn++) {
    member.checkpoints.turn(at(300 + turn))
    member.world.answerAll()
  }
  t.is(member.world.rows.size, 2)
})

test('checkpoints: closed while one is open: writes no manifest over a newer one', (t) => {
  const member = makeMember(new StoreWorld())
  member.engine.set('key', 'value')
  member.checkpoints.begin(at(0), start(1))
  member.checkpoints.turn(at(0))

  member.checkpoints.close()
  for (let turn = 1; turn < 50; turn++) {
    member.world.answerAll()
    member.checkpoints.turn(at(turn * 10))
  }

  t.false(member.world.rows.has(manifestKey(group)))
  t.deepEqual(member.finished, [])
})

test('loader: an empty store: is empty; orphan rows without a manifest are garbage', (t) => {
  const world = new StoreWorld()
  const first = load(world).result
  world.rows.set(stateKey(group, 1, 'orphan\0\0\0\x01'), noBytes)
  world.rows.set(stateKey(group, 4, 'orphan\0\0\0\x01'), noBytes)
  world.rows.set(stateKey(2 as GroupId, 9, 'of another group'), noBytes)
  const second = load(world).result

  t.deepEqual(first, { kind: 'empty', number: 0, generation: 1, generationMax: 1, garbage: [] })
  t.deepEqual(second, {
    kind: 'empty',
    number: 0,
    generation: 5,
    generationMax: 5,
    garbage: [generationRange(group, 1), generationRange(group, 4)],
  })
})

test('loader: a lost, altered or added row: is damage with a sentence', (t) => {
  const harm: ((world: StoreWorld, keys: string[]) => void)[] = [
    (world, keys) => world.rows.delete(keys[1] as string),
    (world, keys) => world.rows.set(keys[1] as string, textToBytes('=altered')),
    (world) => world.rows.set(stateKey(group, 1, '\x05added\0\0\0\0\0\x01'), textToBytes('=x')),
    (world) => world.rows.set(manifestKey(group), textToBytes('\x01garbage')),
  ]
  for (const [index, inflict] of harm.entries()) {
    const member = makeMember(new StoreWorld())
    for (let i = 0; i < 10; i++) member.engine.set(`key:${i}`, `v${i}`)
    member.checkpoints.begin(at(0), start(1))
    runDown(member)
    inflict(member.world, [...member.world.rows.keys()].slice(0, 10))

    const { result } = load(member.world)

    if (result.kind !== 'damaged') return t.fail(`case ${index} is ${result.kind}`)
    t.regex(result.sentence, /group 1 /)
    t.is(result.generation, 2, 'what is written next stands apart from the damage')
  }
})

test('cleaner: ranges: are deleted in slices, other rows stay', (t) => {
  const world = new StoreWorld()
  const value = new Uint8Array(10_000)
  for (let i = 100; i < 200; i++) world.rows.set(stateKey(group, 1, `row ${i}`), value)
  world.rows.set(stateKey(group, 2, 'stays'), value)
  const cleaner = new Cleaner(world)
  cleaner.add([generationRange(group, 1)])

  let turns = 0
  for (; !cleaner.isIdle && turns < 100; turns++) {
    cleaner.turn(at(Math.min(cleaner.wakeAt(), 10_000)))
    world.answerAll()
  }

  t.deepEqual([...world.rows.keys()], [stateKey(group, 2, 'stays')])
  t.true(turns > 2)
  t.true(world.writesSeen.every((write) => !write.sync && write.deletes.length <= 40))
})

test('checkpoints: crash at any point, many times: the last finished one loads exactly', (t) => {
  const random = new Random(20)
  for (let round = 0; round < 60; round++) {
    const world = new StoreWorld()
    /** Content at each position that a checkpoint began at. */
    const contents = new Map<number, Map<string, string>>()
    let index = 0
    let durable = 0
    let booted = load(world)
    for (let life = 0; life < 6; life++) {
      const { result, engine } = booted
      if (result.kind === 'damaged') return t.fail(result.sentence)
      const number = result.number
      const finished = result.kind === 'loaded' ? result.manifest : null
      const cleaner = new Cleaner(world)
      cleaner.add(result.garbage)
      const checkpoints = new Checkpoints({
        group,
        engine,
        sink: world,
        generation: result.generation,
        number,
        finished,
        keysPerSecond: 50_000,
        logBytesMax: 1,
        intervalMs: 1,
        onFinished: (manifest) => (durable = manifest.position.index),
      })
      const turns = random.below(80)
      for (let turn = 0; turn < turns; turn++) {
        for (let i = random.below(4); i > 0; i--) change(engine, random)
        index++
        const now = at(life * 10_000 + turn * 20)
        if (random.chance(1, 5) && checkpoints.due(now, 5, { term: 1, index })) {
          contents.set(index, new Map(engine.data))
          checkpoints.begin(now, start(index))
        }
        checkpoints.turn(now)
        cleaner.turn(now)
        for (let i = random.below(3); i > 0; i--) world.answerWrite()
        if (random.chance(1, 2)) world.answerScan()
      }
      world.crash(random)
      booted = load(world)
      const loaded = booted.result
      if (loaded.kind === 'damaged') return t.fail(loaded.sentence)
      const foundIndex = loaded.kind === 'loaded' ? loaded.manifest.position.index : 0
      t.true(foundIndex >= durable, 'a finished checkpoint is there after a crash')
      durable = foundIndex
      t.deepEqual(content(booted.engine.data), content(contents.get(foundIndex) ?? new Map()))
      index = foundIndex
    }
  }
})

function content(data: ReadonlyMap<string, string>): [string, string][] {
  return [...data].sort((a, b) => (a[0] < b[0] ? -1 : 1))
}

function change(engine: FakeEngine, random: Random): void {
  const key = `key:${random.below(12)}`
  if (random.chance(1, 3)) engine.delete(key)
  else engine.set(key, `value ${random.below(1000)}`)
}
