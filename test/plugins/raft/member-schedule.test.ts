// Raft under random changes of members.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import raft from '../../../plugins/raft/index.js'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { runMemberSchedule } from '../../conformance/total/member-schedule.js'
import { memberScheduleCases } from '../total-order/member-schedule-cases.js'

memberScheduleCases(test, raft as StrategyPlugin, [
  'raft-members-at-commit',
  'raft-joint-commits-by-one',
  'raft-second-change',
  'raft-change-before-own-term',
  'raft-learner-counts',
  'raft-learner-never-votes',
])

// 6477: one waits for whose list is left behind, and is waited for. 6030: two stand at the same pace.
for (const seed of [6477, 6030])
  test.serial(
    `raft: two that lost their logs know of different changes (seed ${seed}): one begins an era`,
    (t) => {
      t.teardown(() => plantBug(''))
      const play = () => {
        runMemberSchedule(seed, {
          plugin: raft as StrategyPlugin,
          durability: 'none',
          recoverWaitMs: 1_000,
        })
      }

      t.notThrows(play)
      plantBug(seed === 6477 ? 'raft-founds-by-first-members' : 'raft-founds-at-one-pace')
      t.throws(play, { message: /LV1/ })
    },
  )
