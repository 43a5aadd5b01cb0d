// The short form of `make chaos`, and its arithmetic.

import test from 'ava'
import { runCampaign } from './campaign.js'
import { describeTallies, percentile, spread } from './tally.js'

test('campaign: two kills, a stop, a partition and a kill of all: nothing lost or doubled', async (t) => {
  const plan = { kill: 2, all: 1, stop: 1, partition: 1 }

  const tallies = await runCampaign(plan, (line) => t.log(line))

  t.log(describeTallies(tallies))
  for (const tally of tallies) {
    t.true(tally.acknowledged > 0, tally.kind)
    t.deepEqual([tally.lost, tally.doubled, tally.examples], [0, 0, []])
    t.is(tally.gapsMs.length, tally.kind === 'all' ? 0 : 2 * tally.faults)
  }
})

test('campaign: four sequential groups, a kill and a kill of all: nothing lost or doubled', async (t) => {
  const plan = { kill: 1, all: 1, stop: 0, partition: 0 }
  const target = { level: 'sequential', shards: 4 }

  const tallies = await runCampaign(plan, (line) => t.log(line), target)

  for (const tally of tallies) {
    t.is(tally.acknowledged > 0, plan[tally.kind] > 0, tally.kind)
    t.deepEqual([tally.lost, tally.doubled, tally.examples], [0, 0, []])
  }
})

test('campaign: an order of faults: has each kind as often as planned, spread', (t) => {
  const order = spread({ kill: 4, all: 2, stop: 0, partition: 1 })

  t.is(order.length, 7)
  t.is(order.filter((kind) => kind === 'kill').length, 4)
  t.not(order[0], order[1])
})

test('campaign: percentiles: of the values in order', (t) => {
  t.is(percentile([5, 1, 3], 0.5), 3)
  t.is(percentile([5, 1, 3], 1), 5)
  t.is(percentile([], 0.5), Number.NaN)
})
