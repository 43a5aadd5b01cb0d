// Checkpoints: what is restored is what was, at every point of a crash, and no damage goes unseen.

import test from 'ava'
import type { Engine } from '../../src/api/engine.js'
import { limits } from '../../src/api/limits.js'
import { Random } from '../../src/base/random.js'
import { checkpoint, checkpointRest, makeEngine, run, runAll, Storage } from './world.js'

/** A random command over keys of one hash tag and of many, with flushes now and then. */
function randomLine(random: Random, keys: number): string[] {
  const number = random.below(keys)
  const key = number % 3 === 0 ? `key${number}` : `{tag}${number}`
  switch (random.below(20)) {
    case 0:
      return ['pexpire', key, String(random.between(1, 5000))]
    case 1:
    case 2:
    case 3:
    case 4:
      return ['del', key]
    case 5:
      return ['append', key, 'x'.repeat(random.below(40))]
    case 6:
      return ['rename', key, `{tag}${random.below(keys)}`]
    case 7:
      return random.chance(1, 60) ? ['flushdb'] : ['persist', key]
    case 8:
      return ['set', key, 'y'.repeat(random.below(30_000))]
    default:
      return ['set', key, `value${random.uint32()}`]
  }
}

function churn(engine: Engine, random: Random, count: number): void {
  for (let i = 0; i < count; i++) {
    if (i % 10 === 0) {
      engine.beginEntry(engine.clock + random.below(20), random.uint32(), random.uint32())
      engine.expireDue(50)
    }
    run(engine, randomLine(random, 3000), 1000, random.below(2))
  }
}

function restored(storage: Storage): Engine {
  const engine = storage.restore()
  if (typeof engine === 'string') throw new Error(engine)
  return engine
}

test('checkpoint: nothing was ever written: restores an empty engine', (t) => {
  const engine = makeEngine(5)
  const storage = new Storage()

  const rows = checkpoint(engine, storage, 1)

  t.is(rows, 0)
  t.deepEqual(restored(storage).digest(), engine.digest())
})

test('checkpoint: changes: are counted from where the last finished one began, loaded or not', (t) => {
  const engine = makeEngine()
  const storage = new Storage()
  runAll(engine, 'set a 1', 'mset b 1 c 1', 'del none', 'setbit a 0 0', 'expire none 5')
  t.is(engine.counters.changed, 3)

  engine.checkpointBegin(1)
  runAll(engine, 'set a 2', 'set b 2')
  t.is(engine.counters.changed, 5)
  checkpointRest(engine, storage)

  t.is(engine.counters.changed, 2)
  t.is(restored(storage).counters.changed, 0)
})

for (let seed = 1; seed <= 6; seed++) {
  test(`checkpoint: random writes between slices, crash at every slice (seed ${seed}): restores the last finished state`, (t) => {
    const random = new Random(seed)
    const engine = makeEngine()
    const storage = new Storage()
    churn(engine, random, 4000)
    let finished = { digest: restored(storage).digest(), versions: 0 }
    let crashes = 0

    for (let number = 1; number <= 6; number++) {
      churn(engine, random, 1500)
      engine.checkpointBegin(number)
      const begun = { digest: engine.digest(), versions: engine.slotVersion(9842) }
      const isAborted = number % 3 === 0
      for (let slice = 0; ; slice++) {
        const step = engine.checkpointStep(200, 1 << 20)
        storage.put(step.puts)
        if (slice % 4 === 0) {
          const back = restored(storage)
          t.deepEqual(back.digest(), finished.digest)
          t.is(back.slotVersion(9842), finished.versions)
          crashes++
        }
        churn(engine, random, 40)
        if (isAborted && slice === 5) {
          engine.checkpointAbort()
          break
        }
        if (step.manifest === null) continue
        storage.manifest = step.manifest
        engine.checkpointFinish()
        finished = begun
        t.deepEqual(restored(storage).digest(), finished.digest)
        break
      }
      if (number % 2 === 0) storage.delete(engine.checkpointGarbage(random.below(300)))
    }

    t.true(crashes > 10)
  })
}

for (let seed = 1; seed <= 4; seed++) {
  test(`checkpoint: crash after crash, rows of unfinished checkpoints left behind (seed ${seed}): the next one is whole`, (t) => {
    const random = new Random(seed)
    const storage = new Storage()
    let engine = makeEngine()
    let number = 0

    for (let cycle = 0; cycle < 12; cycle++) {
      churn(engine, random, 400)
      engine.checkpointBegin(++number)
      for (let slices = random.below(4); slices > 0; slices--) {
        const step = engine.checkpointStep(300, 1 << 20)
        storage.put(step.puts)
        if (step.manifest !== null) break
        churn(engine, random, 20)
      }
      // Without a manifest the shard starts on an empty range of the store.
      if (storage.manifest === null) storage.rows.clear()
      engine = restored(storage)
      engine.beginEntry(1_000_000, 1, 2)
      churn(engine, random, 100)
      if (cycle % 3 === 0) storage.delete(engine.checkpointGarbage(random.below(50)))
      engine.checkpointBegin(++number)
      const digest = engine.digest()
      churn(engine, random, 50)
      checkpointRest(engine, storage)
      t.deepEqual(restored(storage).digest(), digest)
    }
  })
}

test('checkpoint: all garbage is deleted: one row per live place is left', (t) => {
  const random = new Random(3)
  const engine = makeEngine()
  const storage = new Storage()
  for (let number = 1; number <= 4; number++) {
    churn(engine, random, 1500)
    checkpoint(engine, storage, number)
  }

  storage.delete(engine.checkpointGarbage(1e6))

  const stems = new Set([...storage.rows.keys()].map((key) => key.slice(0, 7)))
  t.is(stems.size, storage.rows.size)
  t.deepEqual(restored(storage).digest(), engine.digest())
  t.deepEqual(engine.checkpointGarbage(10), [])
})

test('checkpoint: thousands of rows, written and removed: are not gone through when it is finished', (t) => {
  const engine = makeEngine()
  const storage = new Storage()
  for (let i = 0; i < 3000; i++) run(engine, ['set', `key${i}`, 'x'])
  checkpoint(engine, storage, 1)
  for (let i = 0; i < 3000; i++)
    run(engine, i < 1500 ? ['del', `key${i}`] : ['append', `key${i}`, 'y'])
  engine.checkpointBegin(2)
  let manifest: Uint8Array | null = null
  while (manifest === null) ({ manifest } = engine.checkpointStep(100, 100_000))

  const changes = countChanges(() => engine.checkpointFinish())

  t.true(changes < 100, `${changes} changes of maps`)
  t.true(engine.checkpointGarbage(1e6).length > 3000)
})

/** Changes of any map while something runs. */
function countChanges(act: () => void): number {
  const { set, delete: remove } = Map.prototype
  let changes = 0
  Map.prototype.set = function (key, value) {
    changes++
    return set.call(this, key, value)
  }
  Map.prototype.delete = function (key) {
    changes++
    return remove.call(this, key)
  }
  act()
  Map.prototype.set = set
  Map.prototype.delete = remove
  return changes
}

test('checkpoint: a restored engine and the original: stay equal over 10,000 operations', (t) => {
  const engine = makeEngine()
  const storage = new Storage()
  churn(engine, new Random(11), 6000)
  checkpoint(engine, storage, 1)

  const back = restored(storage)
  churn(engine, new Random(12), 10_000)
  churn(back, new Random(12), 10_000)

  t.deepEqual(back.digest(), engine.digest())
  t.is(back.memoryBytes, engine.memoryBytes)
  t.is(back.nextExpiry(), engine.nextExpiry())
  t.is(back.keyCount(0), engine.keyCount(0))
  t.deepEqual(run(back, ['scan', '0', 'count', '50']), run(engine, ['scan', '0', 'count', '50']))
  t.deepEqual(run(back, ['randomkey']), run(engine, ['randomkey']))
})

test('checkpoint: one changed key among 100,000 of one hash tag: two rows', (t) => {
  const engine = makeEngine()
  const storage = new Storage()
  for (let i = 0; i < 100_000; i++) run(engine, ['set', `{tag}${i}`, 'v'])
  checkpoint(engine, storage, 1)

  run(engine, ['set', '{tag}777', 'w'])
  const dirty = engine.dirtyKeys
  const rows = checkpoint(engine, storage, 2)

  t.is(rows, 2)
  t.is(engine.checkpointGarbage(10).length, 2)
  t.true(dirty <= limits.segmentEntriesMax)
  t.is(engine.dirtyKeys, 0)
})

test('checkpoint: any row lost, altered or swapped: is reported', (t) => {
  const random = new Random(5)
  const engine = makeEngine()
  const storage = new Storage()
  churn(engine, random, 3000)
  checkpoint(engine, storage, 1)
  churn(engine, random, 200)
  checkpoint(engine, storage, 2)
  const digest = engine.digest()
  let reported = 0

  const keys = [...storage.rows.keys()]
  for (let i = 0; i < 300; i++) {
    const damaged = storage.copy()
    const key = random.pick(keys)
    const value = Uint8Array.from(storage.rows.get(key) as Uint8Array)
    const kind = random.below(4)
    if (kind === 0) damaged.rows.delete(key)
    else if (kind === 1 && value.length > 0) {
      const at = random.below(value.length)
      value[at] = (value[at] as number) ^ (1 << random.below(8))
      damaged.rows.set(key, value)
    } else if (kind === 2) {
      const other = random.pick(keys)
      damaged.rows.set(key, storage.rows.get(other) as Uint8Array)
      damaged.rows.set(other, value)
    } else damaged.rows.set(key, value.subarray(0, random.below(value.length + 1)))
    const back = damaged.restore()

    // A row that no longer counts may be damaged: then what is restored is whole all the same.
    if (typeof back === 'string') reported++
    else t.deepEqual(back.digest(), digest)
  }

  t.true(reported > 100)
})

test('checkpoint: a manifest of another checkpoint, damaged or cut: is reported', (t) => {
  const engine = makeEngine()
  const storage = new Storage()
  run(engine, ['set', 'a', '1'])
  checkpoint(engine, storage, 1)
  const first = storage.manifest as Uint8Array
  run(engine, ['set', 'a', '2'])
  checkpoint(engine, storage, 2)
  storage.delete(engine.checkpointGarbage(10))

  const old = storage.copy()
  old.manifest = first
  const cut = storage.copy()
  cut.manifest = (storage.manifest as Uint8Array).subarray(0, 8)

  t.is(typeof old.restore(), 'string')
  t.is(typeof cut.restore(), 'string')
  t.not(typeof storage.restore(), 'string')
})

test('checkpoint: writes to every frozen segment while it is open: writes the state at its begin', (t) => {
  const engine = makeEngine()
  const storage = new Storage()
  for (let i = 0; i < 5000; i++) run(engine, ['set', `{tag}${i}`, `v${i}`, 'px', String(9000 + i)])
  engine.checkpointBegin(1)
  const digest = engine.digest()

  for (let i = 0; i < 5000; i += 2) run(engine, ['del', `{tag}${i}`])
  for (let i = 1; i < 5000; i += 2) run(engine, ['persist', `{tag}${i}`])
  run(engine, ['flushall'])
  checkpointRest(engine, storage)

  t.deepEqual(restored(storage).digest(), digest)
})
