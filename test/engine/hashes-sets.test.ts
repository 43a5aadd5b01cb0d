// Hashes and sets of any size, at once and in steps: walks, picks, algebra and encodings. What
// redis-server answers to small ones is compared in test/differential.

import test from 'ava'
import type { Engine } from '../../src/api/engine.js'
import type { Reply } from '../../src/api/reply.js'
import { Random } from '../../src/base/random.js'
import { checkpoint, makeEngine, run, runAll, Storage } from './world.js'

function listOf(reply: Reply): string[] {
  if (typeof reply === 'object' && reply !== null && 'items' in reply) {
    return [...(reply.items as readonly string[])]
  }
  return [...(reply as readonly string[])]
}

function sorted(list: Iterable<string>): string[] {
  return [...list].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

function names(prefix: string, from: number, end: number): string[] {
  return Array.from({ length: end - from }, (_, i) => `${prefix}${from + i}`)
}

/** Adds members in pieces, as clients would. */
function fill(engine: Engine, key: string, members: readonly string[]): void {
  for (let i = 0; i < members.length; i += 900) {
    run(engine, ['sadd', key, ...members.slice(i, i + 900)])
  }
}

for (const budget of [1, 7, 500]) {
  test(`sets: algebra of large ones in steps of ${budget}: as of plain sets`, (t) => {
    const engine = makeEngine()
    const all = { a: names('m', 0, 3000), b: names('m', 1500, 5000), c: names('m', 2000, 2600) }
    for (const [key, members] of Object.entries(all)) fill(engine, key, members)

    const ask = (...line: string[]): Reply => run(engine, line, budget)
    t.deepEqual(sorted(listOf(ask('sinter', 'a', 'b'))), sorted(names('m', 1500, 3000)))
    t.deepEqual(sorted(listOf(ask('sunion', 'a', 'b', 'none'))), sorted(names('m', 0, 5000)))
    t.deepEqual(sorted(listOf(ask('sdiff', 'a', 'b', 'c'))), sorted(names('m', 0, 1500)))
    t.deepEqual(listOf(ask('sdiff', 'a', 'a')), [])
    t.deepEqual(listOf(ask('sinter', 'a', 'none')), [])
    t.is(ask('sintercard', '3', 'a', 'b', 'c'), 600)
    t.is(ask('sintercard', '2', 'a', 'b', 'limit', '700'), 700)
    t.is(ask('sunionstore', 'a', 'a', 'b'), 5000)
    t.is(ask('sdiffstore', 'b', 'a', 'b'), 1500)
    t.is(ask('sinterstore', 'c', 'b', 'c'), 0)
    t.is(ask('exists', 'a', 'b', 'c'), 2)
    t.deepEqual(sorted(listOf(ask('smembers', 'b'))), sorted(all.a.slice(0, 1500)))
  })
}

test('sets: spop of many and of all: each member once, then the key is gone', (t) => {
  const engine = makeEngine()
  const members = names('m', 0, 6000)
  fill(engine, 's', members)

  const some = listOf(run(engine, ['spop', 's', '4500'], 100))
  t.is(new Set(some).size, 4500)
  t.is(run(engine, ['scard', 's']), 1500)
  const rest = listOf(run(engine, ['spop', 's', '9000'], 100))
  t.deepEqual(sorted([...some, ...rest]), sorted(members))
  t.is(run(engine, ['exists', 's']), 0)
  t.is(engine.memoryBytes, 0)
})

test('picks: counts of any sign: distinct or repeated, from the container only', (t) => {
  const engine = makeEngine()
  const fields = names('f', 0, 5000)
  run(engine, ['hset', 'h', ...fields.flatMap((field) => [field, `v${field}`])])
  fill(engine, 's', fields)
  const known = new Set(fields)

  for (const count of [1, 10, 1000, 1600, 2500, 4999, 5000, 7000]) {
    for (const line of [
      ['srandmember', 's'],
      ['hrandfield', 'h'],
    ]) {
      const picked = listOf(run(engine, [...line, String(count)], 300))
      t.is(picked.length, Math.min(count, 5000))
      t.is(new Set(picked).size, picked.length)
      t.true(picked.every((name) => known.has(name)))
      t.is(listOf(run(engine, [...line, String(-count)], 300)).length, count)
    }
  }
  const pairs = listOf(run(engine, ['hrandfield', 'h', '50', 'withvalues']))
  for (let i = 0; i < pairs.length; i += 2) t.is(pairs[i + 1], `v${pairs[i]}`)
  t.like(run(engine, ['srandmember', 's', '-9223372036854775807']), {
    text: 'ERR value is out of range',
  })
})

test('picks: many draws from parts of different sizes: every entry comes about as often', (t) => {
  const engine = makeEngine()
  const members = names('m', 0, 1200)
  fill(engine, 's', members)
  run(engine, ['srem', 's', ...members.filter((_, i) => i % 3 === 0 && i < 900)])
  const left = listOf(run(engine, ['smembers', 's']))

  const counts = new Map(left.map((member) => [member, 0]))
  const draws = left.length * 40
  for (const member of listOf(run(engine, ['srandmember', 's', String(-draws)]))) {
    counts.set(member, (counts.get(member) ?? 0) + 1)
  }

  t.is(counts.size, left.length)
  for (const [member, count] of counts) t.true(count > 10 && count < 90, `${member}: ${count}`)
})

test('scan: entries come and go, the cursor moves to a restored engine: what stays is found', (t) => {
  let engine = makeEngine()
  const storage = new Storage()
  const random = new Random(5)
  const stays = names('stays', 0, 1500)
  run(engine, ['hset', 'h', ...stays.flatMap((field) => [field, 'x'])])
  const found = new Set<string>()
  let cursor = '0'
  let pages = 0

  do {
    const count = String(1 + random.below(60))
    const [next, list] = run(engine, ['hscan', 'h', cursor, 'count', count, 'novalues']) as [
      string,
      string[],
    ]
    for (const field of list) found.add(field)
    cursor = next
    const moved = names('moves', 0, 40).map((name) => `${name}-${random.below(80)}`)
    if (random.chance(1, 2)) run(engine, ['hset', 'h', ...moved.flatMap((f) => [f, 'y'])])
    else run(engine, ['hdel', 'h', ...moved])
    if (++pages % 20 === 0) {
      checkpoint(engine, storage, pages)
      engine = storage.restore() as Engine
      engine.beginEntry(1_000_000 + pages, 1, 2)
    }
  } while (cursor !== '0')

  t.true(pages > 20)
  for (const field of stays) t.true(found.has(field), field)
})

test('scan: nothing changes: every entry once, pages of about the count, a pattern filters', (t) => {
  const engine = makeEngine()
  const members = names('m', 0, 4000)
  fill(engine, 's', members)
  const found: string[] = []
  let cursor = '0'

  do {
    const [next, list] = run(engine, ['sscan', 's', cursor, 'count', '100']) as [string, string[]]
    t.true(list.length <= 110)
    found.push(...list)
    cursor = next
  } while (cursor !== '0')
  const [end, filtered] = run(
    engine,
    ['sscan', 's', '0', 'count', '100000', 'match', 'm1*9'],
    50,
  ) as [string, string[]]

  t.deepEqual(sorted(found), sorted(members))
  t.is(end, '0')
  t.deepEqual(sorted(filtered), sorted(members.filter((name) => /^m1.*9$/.test(name))))
})

const encodings: readonly (readonly [string, readonly string[], string])[] = [
  ['512 integers', ['sadd', 'k', ...names('', 0, 512)], 'intset'],
  ['513 integers', ['sadd', 'k', ...names('', 0, 513)], 'hashtable'],
  ['an integer and a word', ['sadd', 'k', '1', 'x'], 'listpack'],
  ['a number that is no integer', ['sadd', 'k', '01'], 'listpack'],
  ['128 words', ['sadd', 'k', ...names('m', 0, 128)], 'listpack'],
  ['129 words', ['sadd', 'k', ...names('m', 0, 129)], 'hashtable'],
  ['129 integers and a word', ['sadd', 'k', ...names('', 0, 129), 'x'], 'hashtable'],
  ['a word of 65 bytes', ['sadd', 'k', 'x'.repeat(65)], 'hashtable'],
  ['512 fields', ['hset', 'k', ...names('f', 0, 512).flatMap((f) => [f, 'x'])], 'listpack'],
  ['513 fields', ['hset', 'k', ...names('f', 0, 513).flatMap((f) => [f, 'x'])], 'hashtable'],
  ['a field of 65 bytes', ['hset', 'k', 'f'.repeat(65), 'x'], 'hashtable'],
  ['a value of 65 bytes', ['hset', 'k', 'f', 'x'.repeat(65)], 'hashtable'],
]

for (const [name, line, expected] of encodings) {
  test(`encodings: ${name}: ${expected}, and never back`, (t) => {
    const engine = makeEngine()
    const storage = new Storage()
    run(engine, line)

    t.is(run(engine, ['object', 'encoding', 'k']), expected)
    run(engine, [line[0] === 'sadd' ? 'srem' : 'hdel', 'k', ...line.slice(3)])
    checkpoint(engine, storage, 1)
    const restored = storage.restore() as Engine
    if (run(engine, ['exists', 'k']) === 1) {
      t.is(run(restored, ['object', 'encoding', 'k']), expected)
    }
  })
}

test('sets: integers only: answered in the order of numbers, whatever was added first', (t) => {
  const engine = makeEngine()
  runAll(
    engine,
    'sadd s 10 9 -1 -10 9223372036854775807 9223372036854775806 0 -9223372036854775808',
  )

  t.deepEqual(listOf(run(engine, ['smembers', 's'])), [
    '-9223372036854775808',
    '-10',
    '-1',
    '0',
    '9',
    '10',
    '9223372036854775806',
    '9223372036854775807',
  ])
})

test('picks: 10,000 on an engine and on its restored twin: the same ones, equal digests', (t) => {
  const engine = makeEngine()
  const storage = new Storage()
  fill(engine, 's', names('m', 0, 9000))
  run(engine, ['hset', 'h', ...names('f', 0, 3000).flatMap((field) => [field, 'x'])])
  run(engine, ['srem', 's', ...names('m', 500, 900)])
  checkpoint(engine, storage, 1)
  const twin = storage.restore() as Engine

  for (let i = 0; i < 10_000; i++) {
    for (const each of [engine, twin]) each.beginEntry(2_000_000 + i, i, 9)
    const line =
      i % 3 === 0 ? ['spop', 's'] : i % 3 === 1 ? ['srandmember', 's'] : ['hrandfield', 'h']
    t.is(run(engine, line), run(twin, line))
  }
  t.deepEqual(engine.digest(), twin.digest())
})
