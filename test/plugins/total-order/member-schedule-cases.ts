// A strategy under random changes of members and faults, under each durability; and seeded bugs that these find.

import type { TestFn } from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import { runMemberSchedule } from '../../conformance/total/member-schedule.js'
import { foundCases } from './planted-cases.js'

const batches = [
  ['always', 200],
  ['everysec', 60],
  ['none', 60],
] as const

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
  const play = (seed: number) => runMemberSchedule(seed, { plugin })
  foundCases(test, bugs, { title: `${plugin.name}, changes of members`, play })
}
