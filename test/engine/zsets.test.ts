// Sorted sets of any size, step by step and at once; what redis-server answers is compared in
// test/differential.

import test from 'ava'
import type { Reply } from '../../src/api/reply.js'
import { Random } from '../../src/base/random.js'
import { makeEngine, run, runAll } from './world.js'

/** Members and scores of a reply WITHSCORES. */
function entriesOf(reply: Reply): [string, number][] {
  const { items } = reply as { readonly items: readonly Reply[] }
  const made: [string, number][] = []
  for (let i = 0; i < items.length; i += 2) {
    made.push([items[i] as string, (items[i + 1] as { readonly value: number }).value])
  }
  return made
}

function ordered(cells: ReadonlyMap<string, number>): [string, number][] {
  return [...cells].toSorted((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
}

test('zset: thousands of members, changed at random: in order, with the right ranks', (t) => {
  const engine = makeEngine()
  const random = new Random(7)
  const cells = new Map<string, number>()
  for (let i = 0; i < 12_000; i++) {
    const member = `m${random.below(5_000)}`
    if (random.chance(1, 4)) {
      t.is(run(engine, ['zrem', 'z', member]), cells.delete(member) ? 1 : 0)
      continue
    }
    const score = random.below(900)
    run(engine, ['zadd', 'z', String(score), member])
    cells.set(member, score)
  }

  const expected = ordered(cells)
  t.deepEqual(entriesOf(run(engine, ['zrange', 'z', '0', '-1', 'withscores'], 7)), expected)
  t.deepEqual(
    run(engine, ['zrange', 'z', '0', '-1', 'rev'], 7),
    expected.map(([member]) => member).toReversed(),
  )
  for (let i = 0; i < expected.length; i += 97) {
    const [member, score] = expected[i] as [string, number]
    t.is(run(engine, ['zrank', 'z', member]), i)
    t.is(run(engine, ['zrevrank', 'z', member]), expected.length - 1 - i)
    t.is(
      run(engine, ['zcount', 'z', '-inf', `(${score}`]),
      expected.filter((entry) => entry[1] < score).length,
    )
  }
})

test('zset: ranges removed and popped from a large one, in steps: what is left is right', (t) => {
  const engine = makeEngine()
  const cells = new Map<string, number>()
  const line = ['zadd', 'z']
  for (let i = 0; i < 9_000; i++) {
    line.push(String(i % 700), `m${i}`)
    cells.set(`m${i}`, i % 700)
  }
  t.is(run(engine, line, 100), 9_000)

  let expected = ordered(cells)
  t.is(run(engine, ['zremrangebyscore', 'z', '(100', '400'], 64), 3_900)
  expected = expected.filter(([, score]) => score <= 100 || score > 400)
  t.is(run(engine, ['zremrangebyrank', 'z', '10', '2009'], 64), 2_000)
  expected.splice(10, 2_000)
  t.deepEqual(
    entriesOf(run(engine, ['zpopmax', 'z', '2500'], 64)),
    expected.splice(-2_500).toReversed(),
  )
  t.deepEqual(entriesOf(run(engine, ['zpopmin', 'z', '20'], 64)), expected.splice(0, 20))
  t.deepEqual(entriesOf(run(engine, ['zrange', 'z', '0', '-1', 'withscores'])), expected)
  t.is(run(engine, ['zremrangebylex', 'z', '-', '+'], 64), expected.length)
  t.is(run(engine, ['exists', 'z']), 0)
})

test('zset: ZSCAN while members come, go and change scores: those that stay are yielded once', (t) => {
  const engine = makeEngine()
  const random = new Random(3)
  for (let i = 0; i < 3_000; i++) run(engine, ['zadd', 'z', String(i), `stays${i}`])

  const seen = new Map<string, number>()
  let cursor = '0'
  do {
    const [next, items] = run(engine, ['zscan', 'z', cursor, 'count', '50']) as [string, string[]]
    for (let i = 0; i < items.length; i += 2) {
      const member = items[i] as string
      if (member.startsWith('stays')) seen.set(member, (seen.get(member) ?? 0) + 1)
    }
    cursor = next
    for (let i = 0; i < 40; i++) {
      const other = `comes${random.below(2_000)}`
      run(engine, random.chance(1, 2) ? ['zadd', 'z', '-1', other] : ['zrem', 'z', other])
      run(engine, [
        'zincrby',
        'z',
        String(random.below(4_000) - 2_000),
        `stays${random.below(3_000)}`,
      ])
    }
  } while (cursor !== '0')

  t.is(seen.size, 3_000)
  t.true([...seen.values()].every((times) => times === 1))
})

test('zset: ZSCAN of two engines with another past: the same pages', (t) => {
  const a = makeEngine()
  const b = makeEngine()
  for (let i = 0; i < 6_000; i++) run(a, ['zadd', 'z', '1', `m${i}`])
  run(a, ['zremrangebyrank', 'z', '1000', '-1'])
  for (const member of run(a, ['zrange', 'z', '0', '-1']) as string[]) {
    run(b, ['zadd', 'z', '1', member])
  }
  run(b, ['zadd', 'z', '1', 'x'.repeat(70)])
  run(b, ['zrem', 'z', 'x'.repeat(70)])

  for (let cursor = '0'; ; ) {
    const page = run(a, ['zscan', 'z', cursor]) as [string, string[]]
    t.deepEqual(run(b, ['zscan', 'z', cursor]), page)
    t.is(page[1].length, 20)
    cursor = page[0]
    if (cursor === '0') break
  }
})

test('zset: ZRANDMEMBER: different members, or as many as asked for', (t) => {
  const engine = makeEngine()
  for (let i = 0; i < 3_000; i++) run(engine, ['zadd', 'z', String(i), `m${i}`])

  const some = run(engine, ['zrandmember', 'z', '2500'], 100) as string[]
  t.is(new Set(some).size, 2_500)
  t.true(new Set(run(engine, ['zrandmember', 'z', '20']) as string[]).size === 20)
  t.is((run(engine, ['zrandmember', 'z', '-5000'], 100) as string[]).length, 5_000)
  t.is((run(engine, ['zrandmember', 'z', '4000'], 100) as string[]).length, 3_000)
  for (const [member, score] of entriesOf(run(engine, ['zrandmember', 'z', '9', 'withscores']))) {
    t.is(`m${score}`, member)
  }
})

test('zset: unions and intersections of large ones in steps: as at once', (t) => {
  const engine = makeEngine()
  for (let i = 0; i < 3_000; i++) {
    run(engine, ['zadd', 'a', String(i), `m${i}`])
    run(engine, ['zadd', 'b', String(i), `m${i * 2}`])
  }
  run(engine, ['zadd', 'd', '7', 'x', '1', 'm2'])

  t.is(run(engine, ['zunionstore', 'u', '2', 'a', 'b', 'weights', '2', '1'], 100), 4_500)
  t.is(run(engine, ['zinterstore', 'i', '2', 'a', 'b'], 100), 1_500)
  t.is(run(engine, ['zdiffstore', 'd', '2', 'a', 'b'], 100), 1_500)
  t.is(run(engine, ['zintercard', '2', 'a', 'b'], 100), 1_500)
  t.is(run(engine, ['zintercard', '2', 'a', 'b', 'limit', '70'], 100), 70)
  t.is(run(engine, ['zrangestore', 'r', 'a', '10', '2609', 'rev'], 100), 2_600)
  t.deepEqual(entriesOf(run(engine, ['zrange', 'u', '2', '3', 'withscores'])), [
    ['m2', 5],
    ['m3', 6],
  ])
  t.deepEqual(runAll(engine, 'zscore i m20'), { type: 'double', value: 30 })
  t.is(runAll(engine, 'zscore d x'), null)
  t.deepEqual(run(engine, ['zrange', 'r', '0', '0']), ['m390'])
})

test('zset: a pair that cannot be added: ZADD changes nothing before it', (t) => {
  const engine = makeEngine()
  const line = ['zadd', 'z']
  for (let i = 0; i < 3_000; i++) line.push(String(i), `m${i}`)

  const reply = run(engine, [...line, 'x', 'm'], 100) as { readonly text: string }
  t.is(reply.text, 'ERR value is not a valid float')
  t.is(run(engine, ['exists', 'z']), 0)
})

for (const line of [
  ['zpopmin', 'copy'],
  ['zremrangebyscore', 'copy', '1', '1'],
  ['zremrangebyrank', 'copy', '0', '0'],
  ['zrem', 'copy', 'a'],
]) {
  test(`zset: a copy that loses members in a script that is undone (${line[0]}): it has them again, by name too`, (t) => {
    const engine = makeEngine()
    runAll(engine, 'zadd source 1 a 2 b', 'copy source copy')
    engine.scripting?.speculate()
    engine.scripting?.execute(0, line)
    engine.scripting?.undo()

    t.is(run(engine, ['zadd', 'copy', '3', 'a']), 0)
    t.is(run(engine, ['zcard', 'copy']), 2)
  })
}
