// A strategy under random changes of members and faults, under each durability; and seeded bugs that these find.

import type { TestFn } from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { runMemberSchedule } from '../../conformance/total/member-schedule.js'

const batches = [
  ['always', 200],
  ['everysec', 60],
  ['none', 60],
] as const
const seedsMax = 60

export function memberScheduleCases(
  test: TestFn,
  plugin: StrategyPlugin,
  bugs: readonly string[],
): void {
  for (const [durability, count] of batches) {
    test.serial(
      `${plugin.name}: random changes of members under ${durability}: no rule breaks`,
      (t) => {
        let done = 0
        for (let seed = 1; seed <= count; seed++) {
          try {
            const world = runMemberSchedule(seed, { plugin, durability, recoverWaitMs: 1_000 })
            done += world.members.done.size
          } catch (error) {
            t.fail(`seed ${seed}: ${String(error)}`)
            return
          }
        }
        t.true(done > count, `${done} changes`)
      },
    )
  }
  for (const name of bugs) {
    test.serial(`${plugin.name}: ${name} planted: found within ${seedsMax} worlds`, (t) => {
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
    runMemberSchedule(seed, { plugin })
    return false
  } catch {
    return true
  }
}
