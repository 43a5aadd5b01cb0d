// Zab under random changes of members.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import zab from '../../../plugins/zab/index.js'
import { memberScheduleCases } from '../total-order/member-schedule-cases.js'

memberScheduleCases(test, zab as StrategyPlugin, [
  'zab-joint-commits-by-old',
  'zab-joint-commits-by-new',
  'zab-elects-by-first-list',
  'zab-second-change',
  'zab-removed-leads-on',
])
