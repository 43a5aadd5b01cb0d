// SORT over many elements, in steps, against an obvious twin; its options are compared with redis-server in
// `test/differential`.

import test from 'ava'
import { later, needsLog } from '../../src/api/engine.js'
import { Random } from '../../src/base/random.js'
import { makeEngine, run } from './world.js'

test('sort: thousands of numbers: ascend, whatever the steps', (t) => {
  const random = new Random(1)
  const engine = makeEngine()
  const numbers = Array.from({ length: 7_001 }, () => random.between(-5_000, 5_000))
  run(engine, ['rpush', 'k', ...numbers.map(String)])

  const sorted = numbers.toSorted((a, b) => a - b || (String(a) < String(b) ? -1 : 1)).map(String)

  t.is(engine.execute(0, ['sort', 'k']), later)
  t.is(engine.step(3), later)
  let reply = engine.step(999)
  while (reply === later) reply = engine.step(999)
  t.deepEqual(reply, sorted)
  t.deepEqual(
    run(engine, ['sort', 'k', 'desc', 'limit', '10', '20']),
    sorted.toReversed().slice(10, 30),
  )
})

test('sort: equal weights: keep their order', (t) => {
  const engine = makeEngine()
  const elements = Array.from({ length: 1_500 }, (_, i) => `e${i}`)
  run(engine, ['rpush', 'k', ...elements])
  for (const element of elements) run(engine, ['set', `w:${element}`, 'same'])

  t.deepEqual(run(engine, ['sort', 'k', 'by', 'w:*', 'alpha']), elements)
})

test('sort: by and get with fields of hashes: looks them up', (t) => {
  const engine = makeEngine()
  run(engine, ['sadd', 'k', '1', '2', '3'])
  for (const [id, age] of [
    ['1', '30'],
    ['2', '20'],
    ['3', '10'],
  ] as const) {
    run(engine, ['hset', `user:${id}`, 'age', age, 'name', `n${id}`])
  }

  t.deepEqual(run(engine, ['sort', 'k', 'by', 'user:*->age', 'get', 'user:*->name', 'get', '#']), [
    'n3',
    '3',
    'n2',
    '2',
    'n1',
    '1',
  ])
  t.is(run(engine, ['sort', 'k', 'by', 'user:*->age', 'get', 'absent:*', 'store', 'd']), 3)
  t.deepEqual(run(engine, ['lrange', 'd', '0', '-1']), ['', '', ''])
  t.is(run(engine, ['sort', 'absent', 'store', 'd']), 0)
  t.is(run(engine, ['exists', 'd']), 0)
})

test('sort_ro: a weight that is past its time by the wall: goes through the log', (t) => {
  const engine = makeEngine(1_000_000)
  run(engine, ['rpush', 'k', '1', '2'])
  run(engine, ['set', 'w1', '9', 'px', '10'])
  run(engine, ['set', 'w2', '5'])

  t.is(engine.read(0, ['sort_ro', 'k', 'by', 'w*'], 1_000_100), needsLog)
  t.deepEqual(engine.read(0, ['sort_ro', 'k', 'by', 'w*'], 1_000_000), ['2', '1'])
})
