// HyperLogLogs beside redis-server: the same bytes after the same commands, and the same estimates.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { needsLog } from '../../src/api/engine.js'
import { estimate, HyperLogLog, registers } from '../../src/engine/values/hyperloglog.js'
import { besideRedis } from '../beside-redis.js'
import { RawRedis } from '../differential/raw-redis.js'
import { startRedis } from '../redis-server.js'
import { makeEngine, run } from './world.js'

const keys = ['{h}1', '{h}2', '{h}3']

function randomLine(random: Random): string[] {
  const key = random.pick(keys)
  const elements = (most: number, from: number): string[] =>
    Array.from({ length: random.below(most) }, () => String(random.below(from)))
  switch (random.below(8)) {
    case 0:
      return ['pfcount', key]
    case 1:
      return ['pfcount', ...keys]
    case 2:
      return random.chance(1, 5) ? ['pfmerge', key, ...keys.slice(1)] : ['pfdebug', 'decode', key]
    case 3:
      return random.chance(1, 8) ? ['del', key] : ['pfdebug', 'encoding', key]
    default:
      return ['pfadd', key, ...elements(random.pick([3, 30, 400]), random.pick([20, 1e3, 1e9]))]
  }
}

besideRedis(
  'hyperloglog: random commands: the bytes of every key are those of redis',
  async (t) => {
    const server = await startRedis()
    const redis = await RawRedis.open(server.port)
    const random = new Random(Number(process.env['SEED'] ?? 1))
    const engine = makeEngine()
    let dense = 0
    for (let round = 0; round < 60; round++) {
      const lines = Array.from({ length: 20 }, () => randomLine(random))
      for (const key of keys) lines.push(['get', key])
      const theirs = await redis.send(lines)
      const ours = lines.map((line) => run(engine, line))

      lines.forEach((line, i) => {
        const reply = ours[i]
        const theirReply = theirs[i] ?? ''
        if (typeof reply === 'string')
          t.is(`$${reply.length}\r\n${reply}\r\n`, theirReply, String(line))
        else if (typeof reply === 'number') t.is(`:${reply}\r\n`, theirReply, String(line))
      })
      if (ours.some((reply) => typeof reply === 'string' && reply.length === 12_304)) dense++
    }
    redis.close()
    await server.stop()
    t.true(dense > 5)
  },
)

test('hyperloglog: pfcount outside the log: goes through it once, then finds the count cached', (t) => {
  const engine = makeEngine()
  run(engine, ['pfadd', 'k', 'a', 'b', 'c'])

  t.is(engine.read(0, ['pfcount', 'k'], engine.clock + 1), needsLog)
  // In the millisecond of the last entry, too, and where the stamps are ahead.
  t.is(engine.read(0, ['pfcount', 'k'], engine.clock), needsLog)
  t.is(engine.read(0, ['pfcount', 'k'], engine.clock - 1), needsLog)
  // A read of what the member has asks nobody.
  t.is(engine.read(0, ['pfcount', 'k'], null), 3)
  t.is(engine.read(0, ['pfcount', 'k'], engine.clock + 1), needsLog)
  t.is(run(engine, ['pfcount', 'k']), 3)
  t.is(engine.read(0, ['pfcount', 'k'], engine.clock + 1), 3)
})

test('hyperloglog: more elements than one step may add: adds all', (t) => {
  const engine = makeEngine()
  const elements = Array.from({ length: 50_000 }, (_, i) => `e${i}`)

  t.is(run(engine, ['pfadd', 'many', ...elements], 999), 1)
  for (const element of elements) run(engine, ['pfadd', 'one', element])

  t.is(run(engine, ['get', 'many']), run(engine, ['get', 'one']))
  t.true(Math.abs(Number(run(engine, ['pfcount', 'many'])) - 50_000) < 1_000)
})

test('hyperloglog: runs that cover too few or too many registers: corrupt, never thrown', (t) => {
  const engine = makeEngine()
  const header = `HYLL\x01${'\0'.repeat(10)}\x80`
  for (const runs of [
    '',
    '\x7f',
    '\x7f\xfe',
    '\x7f\xff\x80',
    '\0'.repeat(16_385),
    '\xff'.repeat(9),
  ]) {
    for (const line of [
      ['pfcount', 'k'],
      ['pfcount', 'k', 'k'],
      ['pfmerge', 'd', 'k'],
      ['pfdebug', 'getreg', 'k'],
    ]) {
      run(engine, ['set', 'k', header + runs])

      t.like(run(engine, line), { text: 'INVALIDOBJ Corrupted HLL object detected' })
    }
    run(engine, ['pfadd', 'k', ...Array.from({ length: 100 }, (_, i) => String(i))])
  }
})

test('hyperloglog: all registers full or empty: estimates end', (t) => {
  t.is(estimate(new Uint8Array(registers)), 0n)
  t.is(estimate(new Uint8Array(registers).fill(51)), -(2n ** 63n))
  t.is(new HyperLogLog().counts()?.length, registers)
})

test('hyperloglog: pfselftest: passes', (t) => {
  t.like(run(makeEngine(), ['pfselftest']), { text: 'OK' })
})
