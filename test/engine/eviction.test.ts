// Eviction: which keys the engine offers, and that only those go that are what they were.

import test from 'ava'
import type { EvictionPolicy } from '../../src/api/eviction.js'
import { Random } from '../../src/base/random.js'
import type { Engine } from '../../src/api/engine.js'
import { makeEngine, run } from './world.js'

const never = (): boolean => false

function full(policy: EvictionPolicy): Engine {
  const engine = makeEngine(1_000_000, { maxMemory: 80_000, maxMemoryPolicy: policy })
  for (let i = 0; i < 100; i++) run(engine, ['set', `k${i}`, 'v'])
  return engine
}

/** Names of the next victims, each drawn as if those before were on their way. */
function victims(engine: Engine, count: number): string[] {
  const random = new Random(1)
  const names: string[] = []
  for (let i = 0; i < count; i++) {
    const victim = engine.eviction?.victim(random, (_, key) => names.includes(key))
    if (victim === null || victim === undefined) break
    names.push(victim.key)
  }
  return names
}

test('eviction: volatile policies where no key has a time: offer nothing', (t) => {
  for (const policy of [
    'volatile-lru',
    'volatile-lfu',
    'volatile-random',
    'volatile-ttl',
  ] as const) {
    t.deepEqual(victims(full(policy), 5), [])
  }
})

test('eviction: volatile-random: offers only keys with a time', (t) => {
  const engine = full('volatile-random')
  for (let i = 0; i < 100; i += 4) run(engine, ['pexpire', `k${i}`, '100000'])

  const found = victims(engine, 10)

  t.is(found.length, 10)
  t.true(found.every((key) => Number(key.slice(1)) % 4 === 0))
})

test('eviction: volatile-ttl: offers what ends soonest among those drawn', (t) => {
  const engine = full('volatile-ttl')
  for (let i = 0; i < 100; i++) run(engine, ['pexpire', `k${i}`, String(1000 + i * 1000)])

  const found = victims(engine, 10).map((key) => Number(key.slice(1)))

  t.true(found.reduce((sum, at) => sum + at, 0) / found.length < 25, found.join(' '))
})

test('eviction: allkeys-lru: keys that were read go last', (t) => {
  const engine = full('allkeys-lru')
  engine.beginEntry(1_100_000, 1, 2)
  for (let i = 0; i < 50; i++) engine.read(0, ['get', `k${i}`], 1_100_000)

  const found = victims(engine, 30).map((key) => Number(key.slice(1)))

  t.true(found.filter((at) => at >= 50).length >= 27, found.join(' '))
})

test('eviction: allkeys-lfu: keys that were read often go last', (t) => {
  const engine = full('allkeys-lfu')
  for (let round = 0; round < 200; round++) {
    for (let i = 0; i < 50; i++) engine.read(0, ['get', `k${i}`], 1_000_000)
  }

  const found = victims(engine, 30).map((key) => Number(key.slice(1)))

  t.true(found.filter((at) => at >= 50).length >= 27, found.join(' '))
  t.true(Number(run(engine, ['object', 'freq', 'k1'])) > 5)
})

test('eviction: a victim that changed meanwhile: stays', (t) => {
  const engine = full('allkeys-random')
  const random = new Random(1)
  const first = engine.eviction?.victim(random, never)
  const second = engine.eviction?.victim(random, (_, key) => key === first?.key)
  if (!first || !second) throw new Error('two victims')
  run(engine, ['set', first.key, 'another'])

  engine.eviction?.evict([first, second])

  t.is(run(engine, ['exists', first.key, second.key]), 1)
  t.is(engine.counters.evicted, 1)
})

test('eviction: the same victims on another replica, which knows no uses: equal digests', (t) => {
  const [a, b] = [full('allkeys-lru'), full('allkeys-lru')]
  for (let i = 0; i < 50; i++) a.read(0, ['get', `k${i}`], 1_100_000)
  const random = new Random(1)
  for (let i = 0; i < 20; i++) {
    const victim = a.eviction?.victim(random, never)
    if (!victim) throw new Error('a victim')
    a.eviction?.evict([victim])
    b.eviction?.evict([victim])
  }

  t.deepEqual(a.digest(), b.digest())
})

test('eviction: a bound that the leader keeps: commands on their way pass it for a moment', (t) => {
  const evicting = makeEngine(1, { maxMemory: 100_000, maxMemoryPolicy: 'allkeys-lru' })
  const refusing = makeEngine(1, { maxMemory: 100_000 })

  const first = (engine: Engine): number => {
    let count = 0
    for (; count < 1000; count++) {
      const reply = run(engine, ['set', `k${count}`, 'v'])
      if (typeof reply === 'object' && reply !== null && 'type' in reply && reply.type === 'error')
        break
    }
    return count
  }

  t.true(first(evicting) > first(refusing))
})

test('eviction: databases that changed places: victims go by the name that clients use', (t) => {
  const engine = full('allkeys-lru')
  run(engine, ['swapdb', '0', '5'])
  const random = new Random(1)

  const victim = engine.eviction?.victim(random, never)
  if (victim === null || victim === undefined) return t.fail('there is a victim')
  engine.eviction?.evict([victim])

  t.is(victim.db, 5)
  t.is(engine.keyCount(5), 99)
})

test('restore: idletime and freq: are what the policy goes by, until the key is used', (t) => {
  const payload = dumped()
  const lru = makeEngine(2_000_000_000, { maxMemoryPolicy: 'allkeys-lru' })
  run(lru, ['restore', 'k', '0', payload, 'idletime', '1000'])
  run(lru, ['restore', 'l', '0', payload, 'freq', '100'])
  t.is(run(lru, ['object', 'idletime', 'k']), 1000)
  t.is(run(lru, ['object', 'idletime', 'l']), 0)
  run(lru, ['get', 'k'])
  t.is(run(lru, ['object', 'idletime', 'k']), 0)

  const lfu = makeEngine(2_000_000_000, { maxMemoryPolicy: 'allkeys-lfu' })
  run(lfu, ['restore', 'k', '0', payload, 'freq', '100'])
  run(lfu, ['restore', 'l', '0', payload, 'idletime', '1000'])
  t.is(run(lfu, ['object', 'freq', 'k']), 100)
  t.is(run(lfu, ['object', 'freq', 'l']), 5)
})

test('idletime: the first read behind a write that is long past: is a use by now', (t) => {
  let now = 1_000_000
  const engine = makeEngine(now, { maxMemoryPolicy: 'allkeys-lru', time: () => now })
  run(engine, ['set', 'k', 'v'])
  now += 60_000

  engine.read(0, ['get', 'k'], engine.clock)

  t.is(engine.read(0, ['object', 'idletime', 'k'], engine.clock), 0)
})

function dumped(): string {
  const engine = makeEngine()
  run(engine, ['set', 'k', 'v'])
  return String(run(engine, ['dump', 'k']))
}

const held: readonly (readonly [string, ...(readonly string[])[]])[] = [
  ['a text', ['set', 'k', 'v']],
  ['a text with a time', ['set', 'k', 'v', 'PX', '100000']],
  ['a small hash', ['hset', 'k', 'f', 'v', 'g', 'w']],
  [
    'a hash with times of fields',
    ['hset', 'k', 'f', 'v'],
    ['hpexpire', 'k', '9999', 'FIELDS', '1', 'f'],
  ],
  ['a small list', ['rpush', 'k', 'a', 'b']],
  ['a list of many parts', ['rpush', 'k', ...new Array<string>(3000).fill('item')]],
  ['a stream with a time', ['xadd', 'k', '1-1', 'f', 'v'], ['pexpire', 'k', '100000']],
]

for (const [name, ...lines] of held) {
  for (const more of [{}, { unpackedMax: 0 }, { merges: true, seat: 0 }]) {
    test(`eviction: ${name} (${JSON.stringify(more)}): counts what goes with it`, (t) => {
      const engine = makeEngine(1, { maxMemoryPolicy: 'allkeys-lru', ...more })
      engine.merging?.prepare(64)
      for (const line of lines) run(engine, line)
      engine.merging?.prepared()
      engine.merging?.stable(64)
      // What may be packed is.
      engine.read(0, ['get', 'other'], null)
      engine.merging?.prepare(128)
      const before = engine.memoryBytes
      const usage = engine.read(0, ['memory', 'usage', 'k'], null)

      const victim = engine.eviction?.victim(new Random(1), never)
      if (!victim) throw new Error('a victim')
      engine.eviction?.evict([victim])
      engine.merging?.prepared()
      engine.merging?.stable(128)

      t.is(engine.counters.evicted, 1)
      t.is(victim.bytes, before - engine.memoryBytes)
      // Beside the slot and the use.
      t.is(usage, victim.bytes - 320 - 48)
    })
  }
}
