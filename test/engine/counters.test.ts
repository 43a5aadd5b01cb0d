// What the engine counts for INFO, against what redis-server 7.0 was seen to count.

import test from 'ava'
import { makeEngine, run } from './world.js'

test('counters: hits and misses: what redis-server counts', (t) => {
  const expected: readonly (readonly [string, number, number])[] = [
    ['get a', 1, 0],
    ['get no', 0, 1],
    ['mget a no a', 2, 1],
    ['exists a no', 1, 1],
    ['touch a no', 1, 1],
    ['ttl no', 0, 1],
    ['type a', 1, 0],
    ['type no', 0, 1],
    ['copy a b', 1, 0],
    ['copy no c', 0, 1],
    ['lcs a b', 2, 0],
    ['getset a 2', 1, 0],
    ['getex a', 1, 0],
    ['set a 3', 0, 0],
    ['set a 4 get', 1, 0],
    ['incr a', 0, 0],
    ['append a 5', 0, 0],
    ['rename b c', 0, 0],
    ['del no', 0, 0],
    ['expire a 100', 0, 0],
    ['keys *', 0, 0],
  ]
  const engine = makeEngine()
  run(engine, ['set', 'a', '1'])

  for (const [line, hits, misses] of expected) {
    const before = engine.counters
    run(engine, line.split(' '))
    const after = engine.counters

    t.deepEqual([after.hits - before.hits, after.misses - before.misses], [hits, misses], line)
  }
})
