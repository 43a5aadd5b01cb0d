// The eventual strategy in random worlds whose members keep so little of their logs that they are repaired
// slot by slot.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import { randomWorld } from '../../conformance/causal/random-world.js'

const options = { idleMs: 100, tailBytes: 1_024, keepBytes: 1_024, shipMs: 0 }

for (const durability of ['always', 'everysec', 'none'] as const) {
  test(`eventual: 12 random worlds with short logs, ${durability}: nothing is lost, doubled or out of order`, (t) => {
    const faults: string[] = []
    for (let seed = 5; seed <= 60; seed += 5) {
      const world = randomWorld(seed, durability, { plugin: plugin as StrategyPlugin, options })
      for (const fault of world.faults.slice(0, 2)) faults.push(`seed ${seed}: ${fault}`)
    }

    t.deepEqual(faults.slice(0, 10), [])
  })
}
