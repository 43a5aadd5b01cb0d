// Seeded bugs that short random schedules find: a proof that the world's checks can fail. The rest need
// the simulator's longer runs, its faults of the disk, or an option.

import type { TestFn } from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { runSchedule } from '../../conformance/total/schedule.js'

const seedsMax = 60

export function plantedCases(test: TestFn, plugin: StrategyPlugin, bugs: readonly string[]): void {
  for (const name of bugs) {
    test.serial(`${plugin.name}: ${name} planted: found within ${seedsMax} schedules`, (t) => {
      t.teardown(() => plantBug(''))
      plantBug(name)
      let seed = 1
      while (seed <= seedsMax && !breaks(plugin, seed)) seed++

      t.true(seed <= seedsMax)
    })
  }
}

function breaks(plugin: StrategyPlugin, seed: number): boolean {
  try {
    runSchedule(seed, { plugin, lossPermille: 20 })
    return false
  } catch {
    return true
  }
}
