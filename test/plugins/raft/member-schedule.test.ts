// Raft under random changes of members and faults, under each durability; and seeded bugs that these find.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import raft from '../../../plugins/raft/index.js'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { runMemberSchedule } from '../../conformance/total/member-schedule.js'

const plugin = raft as StrategyPlugin

for (const [durability, count] of [
  ['always', 200],
  ['everysec', 60],
  ['none', 60],
] as const) {
  test.serial(`raft: random changes of members under ${durability}: no rule breaks`, (t) => {
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
  })
}

const seedsMax = 60

for (const name of [
  'raft-members-at-commit',
  'raft-joint-commits-by-one',
  'raft-second-change',
  'raft-change-before-own-term',
  'raft-learner-counts',
  'raft-learner-never-votes',
]) {
  test.serial(`raft: ${name} planted: found within ${seedsMax} worlds`, (t) => {
    t.teardown(() => plantBug(''))
    plantBug(name)
    let seed = 1
    while (seed <= seedsMax && !breaks(seed)) seed++

    t.true(seed <= seedsMax)
  })
}

function breaks(seed: number): boolean {
  try {
    runMemberSchedule(seed, { plugin })
    return false
  } catch {
    return true
  }
}
