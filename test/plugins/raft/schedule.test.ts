// Raft under random schedules.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import raft from '../../../plugins/raft/index.js'
import { scheduleCases } from '../total-order/schedule-cases.js'

scheduleCases(test, raft as StrategyPlugin, [
  'elections',
  'preVotes',
  'refusedVotes',
  'truncations',
  'snapshotsSent',
  'snapshotsInstalled',
  'transfers',
  'stepDowns',
  'readRounds',
  'conflicts',
])
