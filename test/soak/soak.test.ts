// The short form of `make soak`, and its arithmetic.

import test from 'ava'
import { slopeOf } from './slope.js'
import { type Look, runSoak } from './soak.js'

test('soak: seconds of mixed load at the bound, with faults: equal digests, counters as they were answered', async (t) => {
  const options = { minutes: 0.15, lookMs: 6_000, faultMs: 1_500, memory: '4mb', seed: 7 }

  const result = await runSoak({ ...options, rate: 1_500, keys: 20_000 }, (line) => t.log(line))

  t.true(result.looks.length >= 1)
  for (const { areEqual, wrong, kept } of result.looks) {
    t.true(areEqual)
    t.true(kept.length === 3 && kept.every(({ rss, alive }) => rss > alive && alive > 1e6))
    t.deepEqual(wrong, [])
  }
  t.true(result.commands > 100)
  t.true([...result.faults.values()].reduce((sum, count) => sum + count, 0) > 0)
})

test('soak: memory that grows by a tenth an hour: is what the line through the looks says', (t) => {
  const looks = Array.from({ length: 60 }, (_, i): Look => {
    const rss = [100e6 + i * (10e6 / 60), 100e6]
    return { atMinutes: i, rss, kept: [], areEqual: true, settledMs: 0, wrong: [] }
  })

  t.true(Math.abs(slopeOf(looks, ({ rss }) => rss[0]).share - 0.095) < 0.005)
  t.true(slopeOf(looks, ({ rss }) => rss[0]).error < 1e-6)
  t.deepEqual(
    slopeOf(looks, ({ rss }) => rss[1]),
    { share: 0, error: 0 },
  )
})

test('soak: memory that goes up and down by a twentieth: the line says how sure it is', (t) => {
  const looks = Array.from({ length: 60 }, (_, i): Look => {
    const rss = [100e6 + (i % 2 === 0 ? 5e6 : -5e6)]
    return { atMinutes: i, rss, kept: [], areEqual: true, settledMs: 0, wrong: [] }
  })

  const { share, error } = slopeOf(looks, ({ rss }) => rss[0])

  t.true(Math.abs(share) < error)
  t.true(error > 0.03 && error < 0.06, String(error))
})
