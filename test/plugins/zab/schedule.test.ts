// Zab under random schedules.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import zab from '../../../plugins/zab/index.js'
import { scheduleCases } from '../total-order/schedule-cases.js'

scheduleCases(test, zab as StrategyPlugin, [
  'elections',
  'notifications',
  'epochs',
  'abdications',
  'truncations',
  'snapshotsSent',
  'snapshotsInstalled',
  'transfers',
  'readRounds',
  'conflicts',
])
