// Geohashes and searches. What redis-server answers is compared in test/differential; here is what must
// hold by itself.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { sortFirst } from '../../src/engine/commands/partial-sort.js'
import { SteppedSort } from '../../src/engine/commands/stepped-sort.js'
import { distanceBetween } from '../../src/engine/commands/geo/earth.js'
import { cellAt, pointOf, scoreOf, scoresOf, stepMax } from '../../src/engine/values/geohash.js'
import { makeEngine, run, runAll } from './world.js'

function randomPoint(random: Random): { readonly longitude: number; readonly latitude: number } {
  const part = (): number => random.uint32() / 0x100000000
  return { longitude: part() * 360 - 180, latitude: part() * 170 - 85 }
}

test('geohash: random points: come back within a cell, and coarse cells hold fine ones', (t) => {
  const random = new Random(1)
  for (let i = 0; i < 5_000; i++) {
    const point = randomPoint(random)
    const score = scoreOf(cellAt(point, stepMax))
    const back = pointOf(score)
    t.true(Math.abs(back.longitude - point.longitude) <= 360 / 2 ** 27)
    t.true(Math.abs(back.latitude - point.latitude) <= 171 / 2 ** 27)
    t.is(scoreOf(cellAt(back, stepMax)), score)
    const step = random.between(1, 25)
    const { from, to } = scoresOf(cellAt(point, step))
    t.true(score >= from && score < to)
    t.is(to - from, 4 ** (stepMax - step))
  }
})

test('geo: GEOADD of Redis documentation: its geohashes, positions and distances', (t) => {
  const engine = makeEngine()
  runAll(engine, 'geoadd s 13.361389 38.115556 Palermo 15.087269 37.502669 Catania')

  t.deepEqual(runAll(engine, 'zscore s Palermo'), { type: 'double', value: 3479099956230698 })
  t.deepEqual(runAll(engine, 'geohash s Palermo Catania x'), ['sqc8b49rny0', 'sqdtr74hyu0', null])
  t.is(runAll(engine, 'geodist s Palermo Catania'), '166274.1516')
  t.is(runAll(engine, 'geodist s Palermo Catania km'), '166.2742')
  t.deepEqual(runAll(engine, 'geopos s Palermo'), [
    [
      { type: 'decimal', text: '13.36138933897018433' },
      { type: 'decimal', text: '38.11555639549629859' },
    ],
  ])
})

test('geo: scores that no geo command made: every search answers', (t) => {
  const engine = makeEngine()
  const scores = ['1e17', '-1', '-inf', 'inf', '1e300', '9007199254740993', '0.5', '-1e18', '2e19']
  scores.forEach((score, i) => run(engine, ['zadd', 'g', score, `m${i}`]))

  for (const score of ['0', ...scores]) {
    const line = [
      'georadiusbymember',
      'g',
      'm0',
      '22000',
      'km',
      'withhash',
      'withcoord',
      'withdist',
    ]
    for (const [, , hash] of run(engine, line) as [string, string, number | bigint][]) {
      t.true(typeof hash === 'bigint' || Number.isSafeInteger(hash), score)
    }
  }
  t.is((run(engine, ['geopos', 'g', ...scores.map((_, i) => `m${i}`)]) as unknown[]).length, 9)
})

test('geo: a member in the corner of the map: found by a search around it', (t) => {
  const engine = makeEngine()
  runAll(engine, 'geoadd g 180 -85.05112878 corner 180 85.05112878 other')

  t.deepEqual(runAll(engine, 'georadiusbymember g corner 0 km'), ['corner'])
})

test('geo: searches of every size in steps: what a look at all points finds', (t) => {
  const engine = makeEngine()
  const random = new Random(2)
  const points = new Map<string, ReturnType<typeof pointOf>>()
  for (let i = 0; i < 4_000; i++) {
    const { longitude, latitude } = randomPoint(random)
    run(engine, ['geoadd', 'g', String(longitude), String(latitude), `p${i}`])
    points.set(`p${i}`, pointOf(scoreOf(cellAt({ longitude, latitude }, stepMax))))
  }

  for (const radius of [1, 50_000, 700_000, 3_000_000, 9_000_000]) {
    for (let i = 0; i < 4; i++) {
      const middle = { ...randomPoint(random) }
      // The cells around a pole do not cover a circle there; Redis misses points, too.
      middle.latitude = middle.latitude / 3
      if (radius > 1_000_000) middle.longitude = middle.longitude / 4
      const expected = [...points]
        .map(([member, point]) => ({ member, distance: distanceBetween(middle, point) }))
        .filter(({ distance }) => distance <= radius)
        .toSorted((a, b) => a.distance - b.distance)
        .map(({ member }) => member)
      const at = [String(middle.longitude), String(middle.latitude)]
      const line = ['geosearch', 'g', 'fromlonlat', ...at, 'byradius', String(radius), 'm', 'asc']
      const found = run(engine, line, 100) as string[]
      // Beyond half of a quarter turn cells are too few on Redis' map.
      if (radius <= 3_000_000) t.deepEqual(found, expected, line.join(' '))
      t.deepEqual(run(engine, [...line, 'count', '7'], 100), found.slice(0, 7))
    }
  }
})

test('geo: a search of thousands stored by distance: the distances are the scores', (t) => {
  const engine = makeEngine()
  const random = new Random(3)
  for (let i = 0; i < 3_000; i++) {
    const { longitude, latitude } = randomPoint(random)
    run(engine, ['geoadd', 'g', String(longitude / 20), String(latitude / 20), `p${i}`])
  }
  const from = ['fromlonlat', '0', '0', 'byradius', '5000', 'km']

  t.is(run(engine, ['geosearchstore', 'd', 'g', ...from, 'storedist'], 100), 3_000)
  t.deepEqual(
    run(engine, ['zrange', 'd', '0', '-1'], 100),
    run(engine, ['geosearch', 'g', ...from, 'asc'], 100),
  )
})

test('sortFirst: items of few values: the first ones are those of a whole sort', (t) => {
  const random = new Random(4)
  for (let i = 0; i < 300; i++) {
    const items = Array.from({ length: random.below(200) }, () =>
      random.below(random.pick([3, 999])),
    )
    const count = random.below(items.length + 1)
    const expected = items.toSorted((a, b) => a - b).slice(0, count)

    sortFirst(items, count, (a, b) => a - b)

    t.deepEqual(items.slice(0, count), expected)
  }
})

test('SteppedSort: many items, step by step: sorted, equal ones in their order', (t) => {
  const random = new Random(5)
  for (const size of [0, 1, 1_999, 2_000, 2_001, 9_000, 16_000]) {
    const items = Array.from({ length: size }, (_, at) => ({ value: random.below(500), at }))
    const sort = new SteppedSort<(typeof items)[number]>((a, b) => a.value - b.value)
    for (const item of items) sort.add(item)
    let sorted = sort.step(700)
    while (sorted === null) sorted = sort.step(700)

    t.deepEqual(
      sorted,
      items.toSorted((a, b) => a.value - b.value),
    )
  }
})
