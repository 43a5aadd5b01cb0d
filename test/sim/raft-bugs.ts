// Bugs of the strategy (bug-bank.ts says what they are for).

import {
  bug,
  busy,
  changing,
  cuts,
  deaf,
  lostCommit,
  power,
  restless,
  type SeededBug,
  shortLog,
  staleRead,
  unrest,
} from './seeded-bug.js'

export const raftBugs: readonly SeededBug[] = [
  // Figure 8 of the paper. The no-op of the new leader hides the fault where it travels with the old
  // entries, so these go one by one: large ones, one append at a time.
  bug('raft-commit-old-term', 'a leader commits an entry of an older term by counting copies', {
    checks: ['log-truncation', ...lostCommit],
    hint: {
      with: {
        members: 5,
        electionMs: 150,
        thinkMeanUs: 120_000,
        clients: 8,
        requestMs: 300,
        pipelineMax: 1,
        workload: { hotKeys: 6, reads: 20, prefixes: [''], valueBytes: 20_000 },
        checkpointLogBytes: 10_000_000,
        checkpointIntervalMs: 60_000,
        options: { appendBytes: 1_024, windowMessages: 1, keepBytes: 8_000_000 },
      },
      network: { delayMeanUs: 6_000 },
      only: ['cut-elected'],
    },
  }),
  bug('raft-double-vote', 'a member votes for several candidates of one term', {
    checks: ['vote-once', 'leader-per-term'],
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-vote-not-persisted', 'a vote leaves before it is on the disk', {
    checks: ['vote-durable'],
    hint: {
      with: { members: 3, ...restless },
      faults: [...power, 'crash-power', 'partition-leader'],
    },
  }),
  bug('raft-vote-ignores-log', 'a vote goes to a candidate whose log is behind', {
    checks: ['vote-justified', 'leader-completeness'],
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-election-same-term', 'a candidate campaigns again in the term it had', {
    checks: ['vote-once', 'leader-per-term'],
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-prevote-bumps-term', 'a pre-vote changes the term', {
    checks: ['pre-vote'],
    hint: { with: busy, faults: cuts },
  }),
  bug('raft-recovering-votes', 'a member that lost its disk votes', {
    checks: lostCommit,
    hint: { with: busy, faults: ['disk-wipe', 'disk-stale', 'disk-rot', ...unrest] },
  }),
  bug('raft-recovering-acks-count', 'acknowledgements of a member that lost its disk count', {
    checks: ['committed-durable'],
    hint: { with: busy, faults: ['disk-wipe', 'disk-stale', ...unrest] },
  }),
  bug('raft-ack-before-persist', 'a follower acknowledges entries before they are on the disk', {
    checks: ['vote-durable'],
    hint: { with: busy, faults: power },
  }),
  bug('raft-self-ack-early', 'a leader counts its own copy before it is on the disk', {
    checks: ['committed-durable'],
    hint: { with: busy, faults: power },
  }),
  bug('raft-commit-beyond-match', 'a follower commits beyond what it knows to match', {
    checks: ['committed-prefix', 'committed-durable'],
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-skip-previous-check', 'a follower takes entries without checking the one before them', {
    checks: ['committed-prefix', 'committed-durable', 'log-order'],
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-truncate-on-stale-append', 'an old append message truncates a matching log', {
    checks: ['committed-durable'],
    hint: { with: busy, faults: ['net-reorder', 'net-duplicate', 'net-delay'] },
  }),
  bug('raft-conflict-hint-skips', 'the hint of a refused append makes the leader skip entries', {
    checks: ['converged', ...lostCommit],
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-no-noop-read', 'a new leader grants reads before an entry of its term is committed', {
    checks: staleRead,
    hint: { with: { ...busy, members: 3 }, faults: unrest },
  }),
  bug('raft-read-without-quorum', 'a leader grants reads without asking a majority', {
    checks: staleRead,
    hint: { with: { ...deaf, options: { electionMaxMs: 900 } }, only: ['cut-answers'] },
  }),
  bug('raft-stale-read-index-reuse', 'a read takes the answer of an earlier try', {
    checks: staleRead,
    hint: { with: busy, faults: ['net-delay', 'net-reorder', 'net-duplicate', ...cuts] },
  }),
  bug('raft-lease-no-bound', 'a lease is trusted beyond its time', {
    checks: staleRead,
    hint: {
      with: { ...deaf, options: { electionMaxMs: 900, lease: true } },
      only: ['cut-answers'],
    },
  }),
  bug('raft-transfer-skips-catchup', 'leadership goes to a member that lacks entries', {
    checks: ['transfer'],
    hint: { with: busy, faults: ['stop-clean', 'clock-skew', 'net-delay'] },
  }),
  bug('raft-snapshot-keeps-log', 'an installed snapshot leaves the older log behind it', {
    checks: ['log-order'],
    // A leader that was cut off has a longer log than the group's snapshot when it comes back.
    hint: {
      with: {
        members: 3,
        electionMs: 150,
        clients: 9,
        thinkMeanUs: 40_000,
        requestMs: 60,
        pipelineMax: 1,
        checkpointLogBytes: 300,
        checkpointIntervalMs: 200,
        options: { keepBytes: 0, electionMaxMs: 900 },
      },
      only: ['cut-elected'],
    },
  }),
  bug(
    'raft-snapshot-sent-is-match',
    'a sent snapshot counts as if the follower had the whole log',
    {
      checks: ['committed-durable'],
      hint: { with: { ...busy, ...shortLog, options: { keepBytes: 0 } }, faults: unrest },
    },
  ),
  bug('raft-lost-term-on-reset', 'term and vote are lost when a snapshot replaces the log', {
    checks: ['monotone', 'vote-once', 'durable-kept'],
    hint: {
      with: { ...busy, ...shortLog, options: { keepBytes: 0 } },
      faults: [...unrest, 'crash-power', 'crash-kill'],
    },
  }),
  bug('raft-read-at-old-commit', 'a read round takes the commit of the round before it', {
    checks: staleRead,
    hint: { with: busy },
  }),
  bug('raft-round-counts-anyone', 'any answer confirms a read round', {
    checks: ['read-index'],
    hint: { with: { ...deaf, options: { electionMaxMs: 900 } }, only: ['cut-answers'] },
  }),
  bug(
    'raft-self-ack-after-truncation',
    'a write counts for entries that took the place of its own',
    {
      checks: ['committed-durable'],
      hint: { with: { ...busy, electionMs: 150 }, only: ['disk-slow', 'cut-elected'] },
    },
  ),
  bug('raft-leader-delivers-again', 'a new leader delivers its last committed entry once more', {
    checks: ['delivery-order'],
    hint: { with: busy, faults: unrest },
  }),
  // Only the deadline forgotten would do no harm: those in contact refuse the pre-votes.
  bug('raft-heartbeat-not-heard', 'a heartbeat is no sign of life', {
    checks: ['contact', 'stable', 'leader'],
    hint: { with: { ...busy, thinkMeanUs: 400_000 }, only: ['crash-kill'] },
  }),
  // Learners are asked and counted, so that two majorities need not meet.
  bug('raft-learner-votes', 'learners are asked for votes and counted', {
    checks: ['leader-per-term', 'leader-completeness', 'vote-justified', 'committed-durable'],
    hint: { with: { ...busy, members: 5, learners: 2 }, faults: unrest },
  }),
  // A legal leader sends nothing that differs from what is committed: an old message truncates here.
  bug('raft-truncate-committed', 'an old append message truncates committed entries', {
    checks: ['log-truncation'],
    hint: { with: busy, faults: ['net-reorder', 'net-duplicate', 'net-delay'] },
  }),
  bug('raft-refilled-too-soon', 'a member that lost its disk counts as soon as it hears a leader', {
    checks: ['refilled'],
    hint: { with: busy, faults: ['disk-wipe', 'disk-stale', ...unrest] },
  }),
  bug('raft-vote-in-contact', 'a member that hears a leader votes for others all the same', {
    checks: ['contact'],
    hint: { with: busy, faults: cuts },
  }),
  bug('raft-old-leader-not-told', 'a member of a later term keeps silent towards an older leader', {
    checks: ['converged', 'leader', 'progress'],
    hint: {
      with: { ...busy, electionMs: 150, options: { electionMaxMs: 900 } },
      only: ['cut-answers', 'cut-campaign'],
    },
  }),
  bug('raft-loss-unasked', 'a group that lost too many disks goes on without being told to', {
    checks: ['no-invention', 'era-justified'],
    hint: { with: busy, only: ['wipe-majority'] },
  }),
  bug('raft-state-not-synced', 'term and vote are synced only where entries are', {
    checks: ['durable-kept', 'monotone', 'leader-per-term'],
    hint: { with: { ...restless, members: 3, durability: 'none' }, faults: power },
  }),
  bug('raft-recovers-as-intact', 'a member that lost its unsynced tail votes and acknowledges', {
    checks: ['refilled', ...lostCommit],
    hint: { with: { ...busy, durability: 'everysec' }, faults: power },
  }),
  bug('raft-survey-outlives-era', 'what was reported before an era counts in it', {
    checks: ['era-justified'],
    hint: { with: { ...busy, durability: 'everysec' }, faults: [...power, ...cuts, 'disk-wipe'] },
  }),
  bug('raft-era-any-log', 'a new era begins with any log, not with the longest', {
    checks: ['era-loss'],
    hint: { with: { ...busy, durability: 'everysec' }, faults: power },
  }),
  bug('raft-era-unsaid', 'a new era does not say that writes may be lost', {
    checks: ['era-said'],
    hint: { with: { ...busy, durability: 'none' }, faults: power },
  }),
  bug('raft-era-reuses-term', 'a new era begins in a term that a wiped member forgot', {
    checks: ['leader-per-term', ...lostCommit],
    hint: {
      with: { ...busy, durability: 'everysec' },
      faults: [...power, ...cuts, 'disk-wipe'],
    },
  }),
  bug('raft-halt-unsaid', 'a group that stands still does not say why', {
    checks: ['no-invention'],
    hint: { with: busy, only: ['wipe-majority'] },
  }),
  bug('raft-hands-over-at-rest', 'a leader hands over again and again without a reason', {
    checks: ['stable'],
    hint: { with: { ...busy, thinkMeanUs: 200_000 }, only: [] },
  }),
  bug('raft-members-at-commit', 'a list of members takes effect when it is committed', {
    checks: ['members', 'converged', ...lostCommit],
    hint: { with: changing, faults: [...unrest, 'members'] },
  }),
  bug('raft-joint-commits-by-one', 'the new voters alone commit while both sets are in force', {
    checks: lostCommit,
    hint: { with: changing, faults: [...unrest, 'members'] },
  }),
  bug('raft-learner-counts', 'a learner counts where entries are committed', {
    checks: lostCommit,
    hint: { with: changing, faults: [...unrest, 'members'] },
  }),
  bug('raft-second-change', 'a change of members is taken while another one is open', {
    checks: ['members'],
    hint: { with: changing, faults: [...unrest, 'members'] },
  }),
  bug('raft-held-back-for-good', 'entries that may come later never come', {
    checks: ['converged', 'answered', 'progress'],
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-refilled-keeps-list', 'who is refilled goes by a list that was lost with its log', {
    checks: ['members'],
    hint: { with: { ...changing, durability: 'none' }, faults: [...unrest, ...power, 'members'] },
  }),
  // Chance seldom meets it: `test/plugins/raft/members.test.ts` has its story.
  bug('raft-founds-by-old-members', 'an era is begun by members that were left behind', {
    checks: ['leader-per-term', 'members', 'leader', ...lostCommit],
    hint: { with: { ...changing, durability: 'none' }, faults: [...unrest, ...power, 'members'] },
  }),
]
