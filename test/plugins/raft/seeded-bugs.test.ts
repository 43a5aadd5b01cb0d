// The bugs that short random schedules find: a proof that the world's checks can fail. The rest need
// the simulator's longer runs, its faults of the disk, or an option (raft-lease-no-bound).

import test from 'ava'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { runSchedule } from './schedule.js'
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
const seedsMax = 60

for (const name of found) {
  test.serial(`raft: ${name} planted: found within ${seedsMax} schedules`, (t) => {
    t.true(raftBugs.some((bug) => bug.name === name))
    t.teardown(() => plantBug(''))
    plantBug(name)
    let seed = 1
    while (seed <= seedsMax && !breaks(seed)) seed++

    t.true(seed <= seedsMax)
  })
}

function breaks(seed: number): boolean {
  try {
    runSchedule(seed, { lossPermille: 20 })
    return false
  } catch {
    return true
  }
}
