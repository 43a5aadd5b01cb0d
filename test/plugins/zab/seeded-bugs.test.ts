// The bugs of zab that short random schedules find.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import zab from '../../../plugins/zab/index.js'
import { plantedCases } from '../total-order/planted-cases.js'

plantedCases(test, zab as StrategyPlugin, [
  'zab-keeps-uncommitted',
  'zab-skips-proposals-in-sync',
  'zab-truncates-memory-only',
  'zab-truncates-committed',
  'zab-elects-any-history',
])
