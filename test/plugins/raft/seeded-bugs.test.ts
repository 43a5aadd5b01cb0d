// The bugs of raft that short random schedules find.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import raft from '../../../plugins/raft/index.js'
import { plantedCases } from '../total-order/planted-cases.js'
import { raftBugs } from './seeded-bugs.js'

const found = [
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
]

plantedCases(test, raft as StrategyPlugin, found)

test('raft: every bug that is planted here: is listed', (t) => {
  for (const name of found)
    t.true(
      raftBugs.some((bug) => bug.name === name),
      name,
    )
})
