// SWAPDB: databases change places; keys, times, versions, checkpoints and scripts that are undone follow.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import type { Engine } from '../../src/api/engine.js'
import { keySlot } from '../../src/base/keyslot.js'
import { Storage, checkpoint, makeEngine, run } from './world.js'

function on(engine: Engine, db: number, ...line: string[]): unknown {
  const reply = run(engine, line, 1000, db)
  return typeof reply === 'object' && reply !== null && 'text' in reply ? reply.text : reply
}

test('swapdb: two databases: keys, counts and times change places', (t) => {
  const engine = makeEngine(1_000_000)
  on(engine, 0, 'set', 'a', 'zero', 'px', '5000')
  on(engine, 3, 'rpush', 'b', 'x', 'y')

  t.is(on(engine, 9, 'swapdb', '0', '3'), 'OK')

  t.is(on(engine, 3, 'get', 'a'), 'zero')
  t.is(on(engine, 3, 'pexpiretime', 'a'), 1_005_000)
  t.is(on(engine, 0, 'llen', 'b'), 2)
  t.deepEqual(on(engine, 0, 'keys', '*'), ['b'])
  t.is(engine.keyCount(0), 1)
  t.is(engine.expiresCount(3), 1)
  t.is(on(engine, 0, 'dbsize'), 1)
  on(engine, 3, 'flushdb')
  t.is(on(engine, 0, 'dbsize'), 1)
  t.is(on(engine, 3, 'dbsize'), 0)
})

test('swapdb: a key that ends: ends in the database that it is in then, by that name', (t) => {
  const engine = makeEngine(1_000_000)
  on(engine, 0, 'set', 'a', 'v', 'px', '10')
  on(engine, 0, 'swapdb', '0', '1')
  engine.beginEntry(1_000_100, 1, 2)

  t.is(engine.expireDue(10), 1)
  t.is(on(engine, 1, 'exists', 'a'), 0)
})

test('swapdb: keys of either: their slots get a new version', (t) => {
  const engine = makeEngine()
  on(engine, 0, 'set', 'a', '1')
  on(engine, 1, 'set', 'b', '1')
  const before = ['a', 'b', 'c'].map((key) => engine.slotVersion(keySlot(key)))

  on(engine, 0, 'swapdb', '0', '1')

  const after = ['a', 'b', 'c'].map((key) => engine.slotVersion(keySlot(key)))
  t.deepEqual(
    after.map((version, i) => version > (before[i] as number)),
    [true, true, false],
  )
})

test('swapdb: any order of swaps and writes: as maps that are exchanged, restored from a checkpoint, too', (t) => {
  const random = new Random(Number(process.env['SEED'] ?? 1))
  for (let round = 0; round < 20; round++) {
    let engine = makeEngine()
    const storage = new Storage()
    let maps = Array.from({ length: 4 }, () => new Map<string, string>())
    let number = 0
    for (let i = 0; i < 200; i++) {
      const db = random.below(4)
      const key = `k${random.below(30)}`
      if (random.chance(1, 12)) {
        const other = random.below(4)
        on(engine, 0, 'swapdb', String(db), String(other))
        maps = maps.map((map, at) => maps[at === db ? other : at === other ? db : at] ?? map)
      } else if (random.chance(1, 40)) {
        checkpoint(engine, storage, ++number)
        const restored = storage.restore()
        if (typeof restored === 'string') return t.fail(restored)
        t.deepEqual(restored.digest(), engine.digest())
        engine = restored
        engine.beginEntry(2_000_000, i, 1)
      } else if (random.chance(1, 5)) {
        on(engine, db, 'del', key)
        maps[db]?.delete(key)
      } else {
        on(engine, db, 'set', key, String(i))
        maps[db]?.set(key, String(i))
      }
    }
    for (let db = 0; db < 4; db++) {
      t.is(on(engine, db, 'dbsize'), maps[db]?.size)
      for (const [key, value] of maps[db] ?? []) t.is(on(engine, db, 'get', key), value)
    }
  }
  t.pass()
})

test('swapdb: under a script that is undone: everything is as before', (t) => {
  const engine = makeEngine()
  on(engine, 0, 'set', 'a', '1')
  on(engine, 1, 'set', 'b', '1')
  const before = engine.digest()
  const { scripting } = engine
  if (scripting === undefined) return t.fail('an engine runs scripts')

  scripting.speculate()
  scripting.execute(0, ['swapdb', '0', '1'])
  scripting.execute(0, ['set', 'c', '1'])
  scripting.execute(1, ['del', 'a'])
  scripting.undo()

  t.deepEqual(engine.digest(), before)
  t.is(on(engine, 0, 'get', 'a'), '1')
  t.is(on(engine, 1, 'get', 'b'), '1')
})

for (const [line, expected] of [
  ['x 1', 'ERR invalid first DB index'],
  ['1 x', 'ERR invalid second DB index'],
  ['99 1', 'ERR DB index is out of range'],
  ['-1 0', 'ERR DB index is out of range'],
  ['4294967296 1', 'ERR invalid first DB index'],
  ['2 2', 'OK'],
] as const) {
  test(`swapdb: ${line}: answers as redis`, (t) => {
    t.is(on(makeEngine(), 0, 'swapdb', ...line.split(' ')), expected)
  })
}
