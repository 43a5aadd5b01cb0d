// What is kept of hashes, counters and sorted sets beside their values until it is stable counts as memory, so
// that a bound sees it and eviction frees it.

import test from 'ava'
import { createEngine } from '../../src/engine/engine.js'
import { Random } from '../../src/base/random.js'

function world(maxMemory = 0) {
  const engine = createEngine({
    databases: 16,
    bulkBytesMax: 1 << 20,
    maxMemory,
    maxMemoryPolicy: 'allkeys-random',
    merges: true,
  })
  let stamp = 64
  const entry = (...commands: readonly (readonly string[])[]): void => {
    stamp += 64
    engine.beginEntry(1_790_000_000_000 + stamp, 1, 2)
    engine.merging?.prepare(stamp)
    for (const command of commands) engine.execute(0, command)
    engine.merging?.prepared()
  }
  return { engine, entry, settle: (but = 0) => engine.merging?.stable(stamp - but * 64) }
}

const shapes: readonly (readonly [string, (i: number) => readonly string[]])[] = [
  ['counters', (i) => ['incr', `key:${i}`]],
  ['hashes', (i) => ['hset', `key:${i}`, 'a', '1', 'b', '2']],
  ['fields that count', (i) => ['hincrby', `key:${i}`, 'a', '1']],
  ['sets', (i) => ['sadd', `key:${i}`, 'a', 'b']],
  ['sorted sets', (i) => ['zadd', `key:${i}`, '1', 'a']],
  ['lists', (i) => ['rpush', `key:${i}`, 'a', 'b']],
  ['streams', (i) => ['xadd', `key:${i}`, `${i + 1}-1`, 'f', 'v']],
]

for (const [name, command] of shapes) {
  test(`merging: ${name} that are not stable: count as more memory until they are, or are gone`, (t) => {
    const { engine, entry, settle } = world()
    for (let i = 0; i < 400; i++) entry(command(i))
    const unstable = engine.memoryBytes
    for (let i = 0; i < 200; i++) entry(['del', `key:${i}`])
    const half = engine.memoryBytes
    settle()
    const stable = engine.memoryBytes

    t.true(half - stable > 200 * 300, `${half - stable} bytes kept of 200 keys`)
    t.true(unstable - half > half - stable)
    for (let i = 200; i < 400; i++) entry(['del', `key:${i}`])
    settle()
    t.is(engine.memoryBytes, 0)
  })
}

test('merging: a hash whose fields are not stable: counts by its fields, and less once some are gone', (t) => {
  const { engine, entry, settle } = world()
  const bytes: number[] = []
  for (let i = 0; i < 4_000; i++) {
    entry(['hincrby', 'hash', `field:${i}`, '1'])
    if (i % 1_000 === 999) bytes.push(engine.memoryBytes)
  }
  const [first, , , last] = bytes as [number, number, number, number]
  for (let i = 0; i < 2_000; i++) entry(['hdel', 'hash', `field:${i}`])
  const half = engine.memoryBytes
  const flushed = world()
  flushed.entry(['hincrby', 'hash', 'field', '1'], ['incr', 'counter'])
  flushed.entry(['flushdb'])
  settle()

  t.true(last > first * 3.5 && last < first * 4.5)
  t.true(half < last * 0.6)
  t.true(engine.memoryBytes < half * 0.5)
  t.is(flushed.engine.memoryBytes, 0)
})

for (const command of [
  ['hincrby', 'key', 'hot', '1'],
  ['zincrby', 'key', '1', 'hot'],
]) {
  test(`merging: ${command[0]}: one of many elements is added to: each amount counts, and what is stable is folded though the next one never is`, (t) => {
    const { engine, entry, settle } = world()
    for (let i = 0; i < 20; i++)
      entry([command[0] === 'hincrby' ? 'hset' : 'zadd', 'key', `${i}`, '1'])
    settle()
    const before = engine.memoryBytes
    for (let i = 0; i < 10_000; i++) entry(command)
    const most = engine.memoryBytes
    settle(10)
    const few = engine.memoryBytes
    for (let i = 0; i < 10_000; i++) {
      entry(command)
      if (i % 100 === 99) settle(10)
    }

    t.true(most - before > 10_000 * 60, `${most - before} bytes`)
    t.true(few - before < 5_000, `${few - before} bytes`)
    t.true(engine.memoryBytes - before < 5_000, `${engine.memoryBytes - before} bytes`)
    entry(['del', 'key'])
    settle()
    t.is(engine.memoryBytes, 0)
  })
}

test('merging: a database is emptied of which nothing was kept: memory is counted as before', (t) => {
  const { engine, entry } = world()

  engine.beginEntry(1_790_000_000_000, 1, 2)
  engine.merging?.prepare(64)
  engine.execute(5, ['flushdb'])
  engine.merging?.prepared()
  t.is(engine.memoryBytes, 0)

  entry(['incr', 'counter'])
  t.true(engine.memoryBytes > 0)
})

test('merging: counters above a bound of memory while nothing is stable: eviction holds what is kept of them, too', (t) => {
  const bound = 1024 * 1024
  const { engine, entry } = world(bound)
  const random = new Random(7)
  const { eviction } = engine
  let wrong = 0
  for (let i = 0; i < 20_000; i++) {
    entry(['incr', `key:${i}`])
    while (engine.memoryBytes > bound) {
      const victim = eviction?.victim(random, () => false)
      if (victim == null) break
      const before = engine.memoryBytes
      entry()
      engine.merging?.prepare(1e6 + i)
      eviction?.evict([victim])
      engine.merging?.prepared()
      if (before - engine.memoryBytes !== victim.bytes) wrong++
    }
  }

  t.is(wrong, 0, 'a victim frees what it says')
  t.true(engine.memoryBytes <= bound)
  t.true((engine.merging?.unstableKeys ?? 0) < bound / 300)
})
