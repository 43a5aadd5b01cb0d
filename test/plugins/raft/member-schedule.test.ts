// Raft under random changes of members.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import raft from '../../../plugins/raft/index.js'
import { memberScheduleCases } from '../total-order/member-schedule-cases.js'

memberScheduleCases(test, raft as StrategyPlugin, [
  'raft-members-at-commit',
  'raft-joint-commits-by-one',
  'raft-second-change',
  'raft-change-before-own-term',
  'raft-learner-counts',
  'raft-learner-never-votes',
])
