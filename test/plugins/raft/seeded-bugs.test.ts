// The bugs of raft that short random schedules find.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import raft from '../../../plugins/raft/index.js'
import { plantedCases } from '../total-order/planted-cases.js'

plantedCases(test, raft as StrategyPlugin, [
  'raft-no-noop-read',
  'raft-ack-before-persist',
  'raft-double-vote',
  'raft-truncate-on-stale-append',
  'raft-stale-read-index-reuse',
  'raft-vote-ignores-log',
  'raft-commit-beyond-match',
  'raft-conflict-hint-skips',
  'raft-skip-previous-check',
  'raft-prevote-bumps-term',
  'raft-read-at-old-commit',
])
