// About 2,000 short random schedules: faults, then peace, with RF1-RF5, RF9, RF13 and RF15 asserted
// after each step and LV1-LV3 at the end. A failure prints its seed: `runSchedule(seed, {durability})`.

import test from 'ava'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { runSchedule } from './schedule.js'

const batches = [
  { durability: 'always', from: 1, to: 1_000 },
  { durability: 'everysec', from: 1_001, to: 1_500 },
  { durability: 'none', from: 1_501, to: 2_000 },
] as const

for (const { durability, from, to } of batches) {
  test.serial(
    `raft: random schedules under ${durability}: no invariant breaks, all marks are met`,
    (t) => {
      plantBug('')
      const marks: Record<string, number> = {}
      for (let seed = from; seed <= to; seed++) {
        try {
          const { world } = runSchedule(seed, { durability, recoverWaitMs: 1_000 })
          for (const node of world.up) {
            for (const [name, count] of Object.entries(node.strategy?.status().counters ?? {})) {
              marks[name] = (marks[name] ?? 0) + count
            }
          }
        } catch (error) {
          t.fail(`seed ${seed}: ${String(error)}`)
          return
        }
      }

      const wanted = [
        'elections',
        'preVotes',
        'refusedVotes',
        'truncations',
        'snapshotsSent',
        'snapshotsInstalled',
      ]
      const more = durability === 'always' ? ['fetches'] : ['recoveries', 'eras']
      for (const mark of [
        ...wanted,
        'transfers',
        'stepDowns',
        'readRounds',
        'conflicts',
        ...more,
      ]) {
        t.true((marks[mark] ?? 0) > 0, mark)
      }
    },
  )
}
