// Slots that change hands, as the engine does it: copies become keys a segment at a time, keys go so, and between two
// steps a checkpoint goes on. Beside it an engine that never moved anything.

import test from 'ava'
import type { Engine, EngineMoving } from '../../src/api/engine.js'
import { Random } from '../../src/base/random.js'
import { keySlot } from '../../src/base/keyslot.js'
import { checkpoint, checkpointRest, makeEngine, run, Storage } from './world.js'

const tags = ['{a}', '{b}', '{c}']
const slots = tags.map(keySlot)

/** All kinds of keys, small and with rows of their own, with times and without. */
function* commands(random: Random, count: number): Generator<readonly [number, string[]]> {
  for (let i = 0; i < count; i++) {
    const db = random.below(2)
    const key = `${tags[random.below(tags.length)]}${random.below(1_500)}`
    const many = Array.from({ length: random.chance(1, 40) ? 900 : 5 }, (_, n) => `${n}-${i}`)
    // Else it grows, or is of another kind and stays.
    const isNew = random.chance(1, 2)
    // One of the slots holds texts only.
    switch (key.startsWith('{c}') ? random.between(3, 9) : random.below(9)) {
      case 0:
        if (isNew) yield [db, ['del', key]]
        yield [db, ['rpush', key, ...many]]
        break
      case 1:
        if (isNew) yield [db, ['del', key]]
        yield [db, ['hset', key, ...many.flatMap((each) => [each, 'v'])]]
        yield [db, ['hpexpireat', key, '2000000', 'FIELDS', '1', many[0] as string]]
        break
      case 2:
        if (isNew) yield [db, ['del', key]]
        yield [db, ['sadd', key, ...many]]
        break
      case 3:
        yield [db, ['pexpireat', key, String(1_500_000 + random.below(1_000_000))]]
        break
      case 4:
        yield [db, ['del', key]]
        break
      default:
        yield [db, ['set', key, 'v'.repeat(random.below(80))]]
    }
  }
}

/** Each container gets one more. */
function* grown(engine: Engine): Generator<readonly [number, string[]]> {
  for (const db of [0, 1]) {
    for (const key of run(engine, ['keys', '*'], 10_000, db) as string[]) {
      const { text } = run(engine, ['type', key], 1_000, db) as { text: string }
      if (text === 'list') yield [db, ['lpush', key, 'more']]
      if (text === 'set') yield [db, ['sadd', key, 'more']]
      if (text === 'hash') yield [db, ['hset', key, 'more', 'v']]
    }
  }
}

function movingOf(engine: Engine): EngineMoving {
  if (engine.moving === undefined) throw new Error('it moves nothing')
  return engine.moving
}

/** What clients see of the slots, and what is counted of all. */
function seen(engine: Engine): unknown {
  const keys = [0, 1].flatMap((db) => {
    const names = run(engine, ['keys', '*'], 10_000, db) as string[]
    return names.toSorted().map((key) => {
      const type = (run(engine, ['type', key], 1_000, db) as { text: string }).text
      const line = {
        list: ['lrange', key, '0', '-1'],
        hash: ['hgetall', key],
        set: ['smembers', key],
      }
      const value = run(engine, line[type as 'list'] ?? ['get', key], 100_000, db)
      const times =
        type === 'hash' ? run(engine, ['hpexpiretime', key, 'FIELDS', '1', '0'], 99, db) : 0
      return [db, key, value, run(engine, ['pexpiretime', key], 1_000, db), times]
    })
  })
  const counts = [0, 1].map((db) => [
    ...[engine.keyCount(db), engine.expiresCount(db)],
    ...slots.map((slot) => engine.slotKeyCount(db, slot)),
  ])
  return { keys, counts }
}

function restored(storage: Storage): Engine {
  const engine = storage.restore()
  if (typeof engine === 'string') throw new Error(engine)
  return engine
}

for (let seed = 1; seed <= 4; seed++) {
  test(`slot tables: copies of all kinds, a checkpoint open at any step (seed ${seed}): are keys as if they had been made so, and go`, (t) => {
    const random = new Random(seed)
    const engine = makeEngine()
    const plain = makeEngine()
    const moving = movingOf(engine)
    const storage = new Storage()
    const half = random.below(3_000)
    let made = 0
    for (const [db, line] of commands(random, 3_000)) {
      let reply = moving.stage(db, line)
      while (typeof reply === 'symbol') reply = engine.step(1_000)
      run(plain, line, 1_000, db)
      if (++made === half) checkpoint(engine, storage, 1)
    }
    const others = (each: Engine): unknown => run(each, ['set', '{other}', 'stays'])
    t.deepEqual(others(engine), others(plain))
    const bytes = plain.memoryBytes

    // What a checkpoint restores is what was when it began, whatever went on meanwhile.
    const steps = (work: () => number, from: number, then: () => void): void => {
      let number = from
      let begun = engine.digest()
      const begin = (): void => {
        engine.checkpointBegin(number++)
        begun = engine.digest()
      }
      begin()
      for (let spent = 1; spent > 0; ) {
        spent = work()
        if (seed % 2 === 0 && random.chance(1, 3)) {
          const step = engine.checkpointStep(50, 20_000)
          storage.put(step.puts)
          if (step.manifest === null) continue
          storage.manifest = step.manifest
          engine.checkpointFinish()
          t.deepEqual(restored(storage).digest(), begun)
          begin()
        } else if (seed % 2 === 0 && random.chance(1, 40)) {
          engine.checkpointAbort()
          begin()
        }
      }
      then()
      checkpointRest(engine, storage)
      t.deepEqual(restored(storage).digest(), begun)
    }
    const adopt = () => moving.adopt(random.between(1, 200), 0)
    steps(adopt, 2, () => {
      t.deepEqual(seen(engine), seen(plain))
      t.is(engine.memoryBytes, bytes)
      // What was adopted is changed as any key is.
      for (const [db, line] of [...grown(plain), ...commands(random, 500)]) {
        t.deepEqual(run(engine, line, 1_000, db), run(plain, line, 1_000, db))
      }
    })
    checkpoint(engine, storage, 10_000)
    t.deepEqual(restored(storage).digest(), engine.digest())
    t.deepEqual(seen(restored(storage)), seen(plain))

    for (const each of [engine, plain]) each.beginEntry(1_900_000, 3, 4)
    while (engine.expireDue(50) > 0);
    while (plain.expireDue(50) > 0);
    t.deepEqual(seen(engine), seen(plain))
    t.is(engine.memoryBytes, plain.memoryBytes)

    let at = 0
    const drop = (): number => {
      const spent = moving.drop(slots[at] as number, random.between(1, 200))
      return spent > 0 ? spent : ++at < slots.length ? 1 : 0
    }
    steps(drop, 20_000, () => undefined)
    t.is(engine.keyCount(0) + engine.keyCount(1), 1)
    t.is(engine.expiresCount(0) + engine.expiresCount(1), 0)
    const empty = makeEngine()
    others(empty)
    t.is(engine.memoryBytes, empty.memoryBytes)
    checkpoint(engine, storage, 30_000)
    t.deepEqual(restored(storage).digest(), engine.digest())
  })
}

test('slot tables: copies that ended by the other side’s clock: do not become keys', (t) => {
  const engine = makeEngine()
  const moving = movingOf(engine)
  for (let n = 0; n < 1_000; n++)
    moving.stage(0, ['set', `{a}${n}`, 'v', 'PXAT', String(2_000_000 + n)])

  while (moving.adopt(64, 2_000_499) > 0);

  t.is(engine.keyCount(0), 500)
  t.is(engine.expiresCount(0), 500)
})

test('slot tables: 100,000 keys of one slot: a few hundred elements', (t) => {
  const engine = makeEngine()
  const moving = movingOf(engine)
  for (let n = 0; n < 100_000; n++) moving.stage(0, ['set', `{a}${n}`, 'v'])
  let adopted = 0
  for (let spent = 1; spent > 0; adopted += spent) spent = moving.adopt(64, 0)
  let dropped = 0
  t.is(engine.keyCount(0), 100_000)
  for (let spent = 1; spent > 0; dropped += spent) spent = moving.drop(keySlot('{a}'), 64)

  t.is(engine.keyCount(0), 0)
  t.true(adopted < 4_000 && dropped < 4_000, `${adopted} and ${dropped}`)
})
