// Bugs of the zab strategy (bug-bank.ts says what they are for). The eight groups of reliability, section
// 1.4, are named by their ZooKeeper issues.

import type { ProfileHint } from './profile.js'
import {
  bug as named,
  busy as busyLoad,
  changing as changingLoad,
  cuts,
  deaf as deafLoad,
  lostCommit,
  power,
  restless as restlessLoad,
  type SeededBug,
  shortLog,
  staleRead,
  unrest,
} from './seeded-bug.js'

const busy = { ...busyLoad, strategy: 'zab' } as const
const restless = { ...restlessLoad, strategy: 'zab' } as const
const changing = { ...changingLoad, strategy: 'zab' } as const
const deaf = { ...deafLoad, strategy: 'zab' } as const

/** A leader that was cut off has entries of its own when it comes back. */
const divergent: ProfileHint = {
  with: { ...busy, electionMs: 150, requestMs: 300 },
  faults: ['cut-elected', ...unrest],
}
/** Members that lag need snapshots. */
const lagging = { ...busy, ...shortLog, options: { keepBytes: 0 } } as const

export const zabBugs: readonly SeededBug[] = [
  named(
    'zab-keeps-uncommitted',
    'a learner keeps entries that its leader does not have (ZOOKEEPER-2845, 2846)',
    {
      checks: ['vote-durable', 'log-order', 'assertion', ...lostCommit],
      hint: divergent,
    },
  ),
  named(
    'zab-newleader-before-history',
    'NEWLEADER is acknowledged before the DIFF arrived (ZOOKEEPER-3911)',
    {
      checks: ['epoch-order'],
      hint: {
        with: { ...busy, options: { appendBytes: 1_024, windowMessages: 1 } },
        faults: unrest,
      },
    },
  ),
  named(
    'zab-ack-newleader-early',
    'the acknowledgement of NEWLEADER overtakes the log (ZOOKEEPER-3023, 4646, 4685)',
    {
      checks: ['epoch-order'],
      hint: { with: busy, faults: unrest },
    },
  ),
  named('zab-epoch-before-history', 'the epoch is written before the history (ZOOKEEPER-4643)', {
    checks: ['epoch-order'],
    hint: { with: busy, faults: [...unrest, 'disk-slow'] },
  }),
  named(
    'zab-skips-proposals-in-sync',
    'a learner gets no proposal between NEWLEADER and UPTODATE (ZOOKEEPER-4785, 4394)',
    {
      checks: ['converged', ...lostCommit],
      hint: { with: busy, faults: unrest },
    },
  ),
  named(
    'zab-snapshot-in-memory-only',
    'a snapshot is taken without its place in the log (ZOOKEEPER-3642)',
    {
      checks: ['assertion', 'durable-kept', 'log-order'],
      hint: { with: lagging, faults: [...unrest, 'disk-wipe'] },
    },
  ),
  named(
    'zab-newleader-during-snap',
    'a learner counts while its snapshot is on its way (ZOOKEEPER-3104)',
    {
      checks: lostCommit,
      hint: { with: lagging, faults: [...unrest, 'crash-kill'] },
    },
  ),
  named('zab-truncates-memory-only', 'TRUNC changes the memory and not the disk (ZOOKEEPER-5094)', {
    checks: ['assertion', 'vote-durable', 'log-order', 'durable-kept', ...lostCommit],
    hint: divergent,
  }),
  named('zab-truncates-committed', 'an old message truncates what is committed (ZOOKEEPER-2832)', {
    checks: ['log-truncation', 'assertion', ...lostCommit],
    hint: { with: busy, faults: ['net-reorder', 'net-duplicate', 'net-delay'] },
  }),
  named('zab-elects-any-history', 'who has the greatest id leads, whatever its history', {
    checks: ['log-truncation', ...lostCommit],
    hint: { with: { ...busy, members: 5 }, faults: unrest },
  }),
  named('zab-promises-twice', 'an epoch is promised to several leaders', {
    checks: ['vote-once', 'leader-per-term'],
    hint: { with: { ...restless, members: 5 }, faults: ['cut-campaign', ...unrest, ...cuts] },
  }),
  named('zab-promise-not-persisted', 'ACKEPOCH leaves before the promise is on the disk', {
    checks: ['vote-durable'],
    hint: { with: busy, faults: unrest },
  }),
  named('zab-state-not-synced', 'epochs and promises are synced only where entries are', {
    checks: ['durable-kept', 'monotone', 'leader-per-term'],
    hint: {
      with: { ...restless, members: 3, durability: 'none' },
      faults: ['stop-clean', 'partition-leader', ...power],
    },
  }),
  named('zab-ack-before-persist', 'a follower acknowledges entries before they are on the disk', {
    checks: ['vote-durable'],
    hint: { with: busy, faults: power },
  }),
  named('zab-commit-beyond-match', 'a follower commits beyond what it knows to equal its leader', {
    checks: ['committed-prefix', 'committed-durable', 'log-truncation', 'assertion'],
    hint: { ...divergent, faults: ['cut-elected', 'net-reorder', 'net-drop', ...unrest] },
  }),
  named('zab-memory-ahead', 'entries are executed before they are on the own disk', {
    checks: ['committed-durable'],
    hint: { with: busy, faults: [...power, 'disk-slow'] },
  }),
  named('zab-broadcasts-too-early', 'a leader takes proposals before its history is committed', {
    checks: ['primary-order'],
    hint: { with: busy, faults: unrest },
  }),
  named(
    'zab-barrier-without-quorum',
    'a leader grants linearizable reads without asking a quorum',
    {
      checks: staleRead,
      // A follower whose link broke elects at once, while the leader has not missed it yet.
      hint: {
        with: { ...deaf, electionMs: 300, faultMeanUs: 400_000, options: { silenceMs: 1_500 } },
        only: ['partition-leader', 'partition-one'],
      },
    },
  ),
  named('zab-transfer-skips-catchup', 'leadership goes to a member that lacks entries', {
    checks: ['transfer'],
    hint: { with: busy, faults: ['stop-clean', 'clock-skew', 'net-delay'] },
  }),
  named(
    'zab-recovers-as-intact',
    'a member that lost its unsynced tail promises and acknowledges',
    {
      checks: ['refilled', ...lostCommit],
      hint: { with: { ...busy, durability: 'everysec' }, faults: power },
    },
  ),
  named(
    'zab-refilled-too-soon',
    'a member that lost its disk counts as soon as it follows a leader',
    {
      checks: ['refilled', 'assertion'],
      hint: { with: busy, faults: ['disk-wipe', 'disk-stale', ...unrest] },
    },
  ),
  named('zab-joint-commits-by-old', 'between two sets of voters the old one commits alone', {
    checks: ['members', 'leader', ...lostCommit],
    hint: { with: changing, faults: [...unrest, 'members'] },
  }),
  named('zab-joint-commits-by-new', 'between two sets of voters the new one commits alone', {
    checks: ['members', 'leader', ...lostCommit],
    hint: { with: changing, faults: [...unrest, 'members'] },
  }),
  named('zab-joint-elects-by-new', 'between two sets of voters the new one elects alone', {
    checks: ['primary-order', 'integrity', 'members', 'leader-per-term', ...lostCommit],
    hint: {
      with: { ...changing, members: 5, outside: 3, electionMs: 150, faultMeanUs: 120_000 },
      faults: ['cut-elected', ...unrest, 'members'],
    },
  }),
  named('zab-elects-by-first-list', 'a leader is elected by the members that the log begins with', {
    checks: ['members', 'leader', 'leader-per-term', 'log-truncation', ...lostCommit],
    hint: { with: changing, faults: [...unrest, 'members'] },
  }),
  named('zab-members-stay', 'TRUNC takes the entry and leaves its members in force (R14)', {
    checks: ['members', 'leader', 'log-truncation', ...lostCommit],
    hint: {
      with: { ...changing, electionMs: 150, requestMs: 300 },
      faults: ['cut-elected', ...unrest, 'members'],
    },
  }),
  named('zab-snapshot-without-members', 'SNAP leaves the members as they were', {
    checks: ['members', 'leader', 'converged', ...lostCommit],
    hint: {
      with: { ...changing, ...shortLog, options: { keepBytes: 0 } },
      faults: [...unrest, 'crash-kill', 'members'],
    },
  }),
  named('zab-second-change', 'a change of members is taken while another one is open', {
    checks: ['members'],
    hint: { with: changing, faults: [...unrest, 'members'] },
  }),
  named('zab-removed-leads-on', 'a leader that was taken out goes on', {
    checks: ['converged', 'members', 'leader'],
    hint: { with: changing, faults: [...unrest, 'members'] },
  }),
  named('zab-refilled-keeps-list', 'who is refilled goes by a list that was lost with its log', {
    checks: ['members'],
    hint: { with: { ...changing, durability: 'none' }, faults: [...unrest, ...power, 'members'] },
  }),
  named('zab-held-back-for-good', 'entries that may come later never come', {
    checks: ['converged', 'answered', 'progress'],
    hint: { with: busy, faults: unrest },
  }),
  // Chance seldom meets these two: `test/plugins/zab/members.test.ts` has their stories.
  named('zab-outsider-never-votes', 'a voter that does not know that it is one answers nobody', {
    checks: ['leader', 'converged', 'answered', 'progress'],
    hint: { with: { ...changing, durability: 'none' }, faults: [...unrest, ...power, 'members'] },
  }),
  named('zab-follows-who-looks', 'who elected one that votes for another waits for it', {
    checks: ['leader', 'converged', 'answered', 'progress'],
    hint: { with: changing, faults: [...unrest, 'members'] },
  }),
]
