// Seeded bugs that short random schedules find: a proof that the world's checks can fail. The rest need
// the simulator's longer runs, its faults of the disk, or an option.

import type { TestFn } from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { runSchedule } from '../../conformance/total/schedule.js'

const seedsMax = 60

export function plantedCases(test: TestFn, plugin: StrategyPlugin, bugs: readonly string[]): void {
  const play = (seed: number) => runSchedule(seed, { plugin, lossPermille: 20 })
  foundCases(test, bugs, { title: `${plugin.name} schedules`, play })
}

/** Of each bug: some of the first worlds that `play` plays with it throws. */
export function foundCases(
  test: TestFn,
  bugs: readonly string[],
  { title, play }: { readonly title: string; readonly play: (seed: number) => unknown },
): void {
  for (const name of bugs) {
    test.serial(`${title}: ${name} planted: found within ${seedsMax} of them`, (t) => {
      t.teardown(() => plantBug(''))
      plantBug(name)
      let seed = 1
      while (seed <= seedsMax && !breaks(play, seed)) seed++

      t.true(seed <= seedsMax)
    })
  }
}

function breaks(play: (seed: number) => unknown, seed: number): boolean {
  try {
    play(seed)
    return false
  } catch {
    return true
  }
}
