// What packed containers hold of the heap, and that nothing unpacks them but who changes or reads much of them.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import type { Engine } from '../../src/api/engine.js'
import { Random } from '../../src/base/random.js'
import { createEngine } from '../../src/engine/engine.js'
import { checkpoint, options, run, Storage } from './world.js'

const start = 1_800_000_000_000

/** What the engine and the test hold. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().heapUsed
}

test('packed: containers that are deleted or flushed: nothing keeps them from the collector', (t) => {
  const engine = createEngine(options)
  engine.beginEntry(start, 1, 2)
  const before = heldBytes()
  for (let i = 0; i < 600; i++) {
    const key = `l${i}`
    for (let j = 0; j < 100; j++) run(engine, ['rpush', key, `${'x'.repeat(400)}${i}:${j}`])
    if (i < 300) run(engine, ['del', key])
  }
  run(engine, ['flushall'])

  const grown = heldBytes() - before
  t.is(engine.memoryBytes, 0)
  t.true(grown < 5_000_000, String(grown))
})

/** What 20,000 small hashes hold that were filled by what `act` does with a command each. */
function heldByScripts(act: (engine: Engine, args: readonly string[]) => void): number {
  const engine = createEngine(options)
  engine.beginEntry(start, 1, 2)
  const before = heldBytes()
  for (let i = 0; i < 20_000; i++) {
    const fields = Array.from({ length: 8 }, (_, at) => [`f${at}`, `value${i}${at}`])
    act(engine, ['hset', `h${i}`, ...fields.flat()])
  }
  const held = heldBytes() - before
  return engine.memoryBytes > 0 ? held / 20_000 : 0
}

test('packed: scripts alone change containers: what they left stands packed, too', (t) => {
  const told = heldByScripts((engine, args) => engine.scripting?.execute(0, args))
  const tried = heldByScripts((engine, args) => {
    engine.scripting?.speculate()
    engine.scripting?.execute(0, args)
    engine.scripting?.allHappened()
  })

  t.true(told < 800, String(told))
  t.true(tried < 800, String(tried))
})

test('packed: SORT by fields of many packed hashes leaves them packed', (t) => {
  const engine = createEngine({ ...options, unpackedMax: 0 })
  engine.beginEntry(start, 1, 2)
  for (let i = 0; i < 20_000; i++) {
    const fields = Array.from({ length: 8 }, (_, at) => [`f${at}`, `${at}:${20_000 - i}`])
    run(engine, ['hset', `h${i}`, ...fields.flat()])
    run(engine, ['rpush', 'l', String(i)])
  }
  const before = heldBytes()
  const reply = run(engine, [
    'sort',
    'l',
    'BY',
    'h*->f3',
    'ALPHA',
    'LIMIT',
    '0',
    '1',
    'GET',
    'h*->f2',
  ])
  const grown = (heldBytes() - before) / 20_000

  t.deepEqual(reply, ['2:1'])
  t.true(grown < 300, String(grown))
})

/** By how much a command makes each of 20,000 packed hashes larger. */
function grownBy(act: (engine: Engine, keys: readonly string[]) => void): number {
  const engine = createEngine({ ...options, unpackedMax: 0, maxMemoryPolicy: 'allkeys-random' })
  engine.beginEntry(start, 1, 2)
  const keys = Array.from({ length: 20_000 }, (_, i) => `h${i}`)
  for (const key of keys) {
    const fields = Array.from({ length: 8 }, (_, at) => [`f${at}`, `value${key}${at}`])
    run(engine, ['hset', key, ...fields.flat()])
  }
  run(engine, ['get', 'x'])
  const before = heldBytes()
  act(engine, keys)
  const grown = heldBytes() - before
  return run(engine, ['exists', 'h0']) === 1 ? grown / keys.length : Number.NaN
}

test('packed: whether many packed hashes are there: they stay packed', (t) => {
  const asked = grownBy((engine, keys) =>
    run(engine, ['msetnx', ...keys.flatMap((key) => [key, 'v'])]),
  )
  const chosen = grownBy((engine, keys) => {
    const random = new Random(1)
    for (const _ of keys) engine.eviction?.victim(random, () => false)
  })

  t.true(asked < 100, String(asked))
  t.true(chosen < 100, String(chosen))
})

/** Of 20,000 small sets, of which one command asked for all: by how much each is smaller once all rests behind `act`. */
function freedAtRest(act: (engine: Engine) => void): number {
  const engine = createEngine(options)
  engine.beginEntry(start, 1, 2)
  const keys = Array.from({ length: 20_000 }, (_, i) => `e${i}{t}`)
  for (const key of keys) {
    run(engine, ['sadd', key, ...Array.from({ length: 8 }, (_, at) => `member${key}${at}`)])
  }
  run(engine, ['sunion', ...keys], 100_000)
  act(engine)
  const before = heldBytes()
  for (let turns = 0; engine.rest?.() === true; turns++) {
    if (turns > 100) throw new Error('it comes to an end')
  }
  const freed = before - heldBytes()
  return engine.memoryBytes > 0 ? freed / keys.length : Number.NaN
}

test('packed: one command asks for many, and all rests: they stand packed again', (t) => {
  const freed = freedAtRest(() => undefined)

  t.true(freed > 300, String(freed))
})

test('packed: many that stand unpacked are flushed, which is undone: they stand packed again', (t) => {
  const freed = freedAtRest((engine) => {
    engine.scripting?.speculate()
    run(engine, ['flushall'])
    t.false(engine.rest?.())
    engine.scripting?.undo()
  })

  t.true(freed > 300, String(freed))
})

test('packed: large hashes become small: they stand packed', (t) => {
  const engine = createEngine(options)
  engine.beginEntry(start, 1, 2)
  const fields = Array.from({ length: 700 }, (_, at) => `field${at}`)
  for (let i = 0; i < 1000; i++) {
    run(engine, ['hset', `h${i}`, ...fields.flatMap((field) => [field, 'value'])])
    // It is asked for no more in between.
    for (let other = 0; other < 300; other++) run(engine, ['sadd', `e${other}`, 'member'])
    run(engine, ['hdel', `h${i}`, ...fields.slice(8)])
  }
  // Parts that are gone are listed until then.
  checkpoint(engine, new Storage(), 1)
  const before = heldBytes()
  for (let i = 0; i < 1000; i++) run(engine, ['del', `h${i}`])
  const freed = (before - heldBytes()) / 1000

  t.true(freed < 1000, String(freed))
})

test('packed: replies of entries are kept: they do not keep the packed text that they are from', (t) => {
  const engine = createEngine({ ...options, unpackedMax: 0 })
  engine.beginEntry(start, 1, 2)
  const keys = Array.from({ length: 2000 }, (_, i) => `h${i}`)
  for (const key of keys) {
    const fields = Array.from({ length: 8 }, (_, at) => [`f${at}`, `${at}`.repeat(300)])
    run(engine, ['hset', key, 'field', 'thirteen chars', ...fields.flat()])
  }
  const before = heldBytes()
  const replies = keys.map((key) => [
    run(engine, ['hget', key, 'field']),
    run(engine, ['hmget', key, 'field']),
  ])
  for (const key of keys) run(engine, ['del', key])
  const freed = (before - heldBytes()) / keys.length

  t.is(replies.length, keys.length)
  t.true(freed > 2000, String(freed))
})
