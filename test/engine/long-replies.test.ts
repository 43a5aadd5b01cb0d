// Reads of whole containers with tens of thousands of elements.

import test from 'ava'
import type { Reply } from '../../src/api/reply.js'
import { wholeOf } from '../../src/api/long-reply.js'
import { encodeReply } from '../../src/api/reply-codec.js'
import { ByteWriter } from '../../src/base/bytes.js'
import { makeEngine, run } from './world.js'

const count = 20_000

/** How a container comes to be, how it is read, and how many items come. */
const cases: readonly (readonly [name: string, add: string, read: readonly string[], n: number])[] =
  [
    ['hash', 'hset', ['hgetall', 'k'], 2 * count],
    ['hash, fields alone', 'hset', ['hkeys', 'k'], count],
    ['set', 'sadd', ['smembers', 'k'], count],
    ['list', 'rpush', ['lrange', 'k', '0', '-1'], count],
    ['sorted set', 'zadd', ['zrange', 'k', '0', '-1'], count],
    [
      'sorted set with scores, backwards',
      'zadd',
      ['zrange', 'k', '0', '-1', 'rev', 'withscores'],
      2 * count,
    ],
    ['stream', 'xadd', ['xrange', 'k', '-', '+'], count],
  ]

function args(add: string, i: number): string[] {
  if (add === 'hset') return [`f${i}`, `v${i}`]
  if (add === 'zadd') return [String((i * 7919) % count), `m${i}`]
  return [`e${i}`]
}

for (const [name, add, read, n] of cases) {
  test(`long replies: a ${name}: no array grows long, nothing is missing`, (t) => {
    const engine = makeEngine()
    for (let i = 0; i < count; i += 100) {
      if (add === 'xadd') for (let j = 0; j < 100; j++) run(engine, [add, 'k', '*', 'f', 'v'])
      else
        run(engine, [add, 'k', ...Array.from({ length: 100 }, (_, j) => args(add, i + j)).flat()])
    }

    const reply = run(engine, read, 2_000)

    if (
      typeof reply !== 'object' ||
      reply === null ||
      !('type' in reply) ||
      reply.type !== 'long'
    ) {
      t.fail('it is not in runs')
      return
    }
    t.true(Math.max(...reply.runs.map((each) => each.length)) < 10_000)
    t.is(reply.count, n)
    const items = reply.runs.flat()
    t.is(items.length, n)
    t.is(new Set(items.map((item) => JSON.stringify(item))).size, n)
    t.deepEqual(bytesOf(reply), bytesOf(wholeOf(reply)))
    if (add === 'rpush')
      t.deepEqual(
        items,
        Array.from({ length: count }, (_, i) => `e${i}`),
      )
  })
}

function bytesOf(reply: Reply): Uint8Array {
  const writer = new ByteWriter()
  encodeReply(writer, reply)
  return writer.finish()
}
