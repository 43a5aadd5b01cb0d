// About 2,000 short random schedules: faults, then peace, with RF1-RF5, RF9, RF13 and RF15 asserted
// after each step and LV1-LV3 at the end. A failure prints its seed: `runSchedule(seed, {plugin, durability})`.

import type { TestFn } from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { runSchedule } from '../../conformance/total/schedule.js'

const batches = [
  { durability: 'always', from: 1, to: 1_000 },
  { durability: 'everysec', from: 1_001, to: 1_500 },
  { durability: 'none', from: 1_501, to: 2_000 },
] as const

/** `marks`: counters of the strategy that the schedules must move. */
export function scheduleCases(
  test: TestFn,
  plugin: StrategyPlugin,
  marks: readonly string[],
): void {
  for (const { durability, from, to } of batches) {
    test.serial(
      `${plugin.name}: random schedules under ${durability}: no invariant breaks, all marks are met`,
      (t) => {
        plantBug('')
        const met: Record<string, number> = {}
        for (let seed = from; seed <= to; seed++) {
          try {
            const { world } = runSchedule(seed, { plugin, durability, recoverWaitMs: 1_000 })
            for (const node of world.up) {
              const { counters = {} } = node.strategy?.status() ?? {}
              for (const [name, count] of Object.entries(counters))
                met[name] = (met[name] ?? 0) + count
            }
          } catch (error) {
            t.fail(`seed ${seed}: ${String(error)}`)
            return
          }
        }

        const more = durability === 'always' ? ['fetches'] : ['recoveries', 'eras']
        for (const mark of [...marks, ...more]) t.true((met[mark] ?? 0) > 0, mark)
      },
    )
  }
}
