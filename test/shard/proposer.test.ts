import test from 'ava'
import { Random } from '../../src/base/random.js'
import type { CommandPayload } from '../../src/shard/batch.js'
import { Proposer } from '../../src/shard/proposer.js'

const skewMs = 500

function world(offset = 0) {
  const proposer = new Proposer(new Random(1), {
    skewMs,
    clockOffset: () => offset,
    isAwaited: () => false,
    bounds: () => undefined,
  })
  return {
    proposer,
    stamp(mono: number, wall: number, clock = 0) {
      return (proposer.tick(clock, { wall, mono }) as CommandPayload).head.stamp
    },
  }
}

test('proposer: stamps: follow the wall clock', (t) => {
  const w = world()

  t.deepEqual([w.stamp(0, 1_000), w.stamp(10, 1_010), w.stamp(700, 1_700)], [1_000, 1_010, 1_700])
})

test('proposer: the wall clock goes back: stamps never do, nor before the engine', (t) => {
  const w = world()
  w.stamp(0, 100_000)

  t.is(w.stamp(1, 40_000), 100_000)
  t.is(w.stamp(2, 40_001, 120_000), 120_000)
})

test('proposer: stamps are ahead of the wall clock: time goes on at seven eighths, until it is there', (t) => {
  const w = world()
  w.stamp(0, 100_000)

  let last = 0
  for (let mono = 1; mono <= 8_000; mono++) last = w.stamp(mono, 94_000 + mono)
  t.is(last, 107_000)
  for (let mono = 8_001; mono <= 48_000; mono++) last = w.stamp(mono, 94_000 + mono)
  t.is(last, 142_000)
  t.is(w.stamp(50_000, 144_000), 144_000)
})

test('proposer: the engine is ahead of a new leader: time goes on before its first stamp', (t) => {
  const { proposer } = world()
  const at = (mono: number): number => proposer.stampAt(100_000, { wall: 40_000 + mono, mono })
  t.deepEqual([at(5_000), at(5_800)], [100_000, 100_700])

  proposer.begin()

  t.is(at(6_000), 100_000)
})

test('proposer: the wall clock jumps ahead of the others: many entries together gain nothing', (t) => {
  const w = world(-3_900_000)
  w.stamp(0, 4_000_000)

  let last = 0
  for (let mono = 1; mono <= 1_000; mono++) last = w.stamp(mono, 4_000_000 + mono)

  t.is(last, 101_000)
})

test('proposer: the wall clock jumps and the others agree: one stamp gains no more than time and bound', (t) => {
  const w = world()
  w.stamp(0, 100_000)

  t.is(w.stamp(1, 4_000_000), 100_001 + skewMs)
})

test('proposer: the wall clock comes back after it stood: one stamp gains no more than time and bound', (t) => {
  const w = world()
  w.stamp(0, 100_000)
  const before = w.stamp(10_000, 90_000)

  t.is(before, 108_750)
  t.is(w.stamp(10_001, 110_001), before + 1 + skewMs)
})

test('proposer: a new leader: its first stamp is the time, whatever the last one was', (t) => {
  const w = world()
  w.stamp(0, 100_000)
  w.proposer.begin()

  t.is(w.stamp(1, 900_000, 100_000), 900_000)
})

test('proposer: chance: every entry has a seed of its own', (t) => {
  const { proposer } = world()
  const seeds = new Set<string>()
  for (let i = 0; i < 100; i++) {
    const { seedHigh, seedLow } = (proposer.tick(0, { wall: i, mono: i }) as CommandPayload).head
    seeds.add(`${seedHigh}.${seedLow}`)
  }

  t.is(seeds.size, 100)
})
