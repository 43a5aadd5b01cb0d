// The bug bank: known wrong forms of protocol steps, planted one at a time (base/seeded-bug). Each names
// the checks that are meant to find it, and what a seed must be like to provoke it. Sources: reliability,
// sections 1.2 and 1.3. Not here, because nothing outside the step itself can show them: learners that
// vote (members are static), gaps at apply and stamps that go back (other steps refuse them first), and
// truncation of committed entries (a legal leader never sends one that differs).

import type { Check } from './judge.js'
import type { FaultKind, ProfileHint } from './profile.js'

export interface SeededBug {
  readonly name: string
  /** What is wrong, in a sentence. */
  readonly what: string
  readonly checks: readonly Check[]
  readonly hint: ProfileHint
}

/** Leaders change often, logs differ. */
const unrest: readonly FaultKind[] = [
  'crash-leader',
  'partition-leader',
  'partition-halves',
  'partition-one',
]
/** Machines lose power, all at once too. */
const power: readonly FaultKind[] = ['crash-power', 'crash-all', 'crash-leader', 'disk-slow']
const cuts: readonly FaultKind[] = [
  'partition-leader',
  'partition-one',
  'partition-one-way',
  'net-clog',
]
const five = { members: 5 }
/** An election every moment. */
const restless = { faultMeanUs: 100_000, electionMs: 150, thinkMeanUs: 60_000 }
const busy = { members: 3, thinkMeanUs: 60_000, faultMeanUs: 250_000 }
/** Logs are cut often, so that lagging members need snapshots. */
const shortLog = { checkpointLogBytes: 2_000, checkpointIntervalMs: 200 }

const lostWrite: readonly Check[] = [
  'committed-durable',
  'committed-prefix',
  'leader-completeness',
  'log-truncation',
  'exactly-once',
  'linearizable',
  'digest',
  'durable-kept',
  'delivery-order',
  'log-order',
]
const staleRead: readonly Check[] = ['read-index', 'linearizable', 'exactly-once']
const twoLeaders: readonly Check[] = ['leader-per-term', ...lostWrite]

function bug(name: string, what: string, rest: Omit<SeededBug, 'name' | 'what'>): SeededBug {
  return { name, what, ...rest }
}

export const seededBugs: readonly SeededBug[] = [
  bug('raft-commit-old-term', 'a leader commits an entry of an older term by counting copies', {
    checks: lostWrite,
    hint: {
      with: { ...five, ...restless, options: { appendBytes: 1_024, windowMessages: 1 } },
      faults: unrest,
    },
  }),
  bug('raft-double-vote', 'a member votes for several candidates of one term', {
    checks: [...twoLeaders, 'assertion'],
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-vote-not-persisted', 'a vote leaves before it is on the disk', {
    checks: [...twoLeaders, 'vote-durable', 'monotone'],
    hint: {
      with: { members: 3, ...restless },
      faults: [...power, 'crash-power', 'partition-leader'],
    },
  }),
  bug('raft-vote-ignores-log', 'a vote goes to a candidate whose log is behind', {
    checks: lostWrite,
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-election-same-term', 'a candidate campaigns again in the term it had', {
    checks: [...twoLeaders, 'assertion'],
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-prevote-bumps-term', 'a pre-vote changes the term', {
    checks: ['stable', 'monotone', 'leader', 'assertion', 'vote-durable'],
    hint: { with: busy, faults: cuts },
  }),
  bug('raft-recovering-votes', 'a member that lost its disk votes', {
    checks: [...lostWrite, 'assertion'],
    hint: { with: busy, faults: ['disk-wipe', 'disk-stale', 'disk-rot', ...unrest] },
  }),
  bug('raft-recovering-acks-count', 'acknowledgements of a member that lost its disk count', {
    checks: lostWrite,
    hint: { with: busy, faults: ['disk-wipe', 'disk-stale', ...unrest] },
  }),
  bug('raft-ack-before-persist', 'a follower acknowledges entries before they are on the disk', {
    checks: lostWrite,
    hint: { with: busy, faults: power },
  }),
  bug('raft-self-ack-early', 'a leader counts its own copy before it is on the disk', {
    checks: lostWrite,
    hint: { with: busy, faults: power },
  }),
  bug('raft-commit-beyond-match', 'a follower commits beyond what it knows to match', {
    checks: [...lostWrite, 'monotone'],
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-skip-previous-check', 'a follower takes entries without checking the one before them', {
    checks: [...lostWrite, 'assertion'],
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-truncate-on-stale-append', 'an old append message truncates a matching log', {
    checks: [...lostWrite, 'assertion'],
    hint: { with: busy, faults: ['net-reorder', 'net-duplicate', 'net-delay'] },
  }),
  bug('raft-conflict-hint-skips', 'the hint of a refused append makes the leader skip entries', {
    checks: [...lostWrite, 'converged', 'progress', 'answered'],
    hint: { with: busy, faults: unrest },
  }),
  bug('raft-no-noop-read', 'a new leader grants reads before an entry of its term is committed', {
    checks: staleRead,
    hint: { with: { ...busy, members: 3 }, faults: unrest },
  }),
  bug('raft-read-without-quorum', 'a leader grants reads without asking a majority', {
    checks: staleRead,
    hint: { with: busy, faults: cuts },
  }),
  bug('raft-stale-read-index-reuse', 'a read takes the answer of an earlier try', {
    checks: staleRead,
    hint: { with: busy, faults: ['net-delay', 'net-reorder', 'net-duplicate', ...cuts] },
  }),
  bug('raft-lease-no-bound', 'a lease is trusted beyond its time', {
    checks: staleRead,
    hint: {
      with: { ...busy, options: { lease: true } },
      faults: [...cuts, 'pause-leader', 'slow-cpu'],
    },
  }),
  bug('raft-transfer-skips-catchup', 'leadership goes to a member that lacks entries', {
    checks: [...lostWrite, 'stable'],
    hint: { with: busy, faults: ['stop-clean', 'clock-skew', 'net-delay'] },
  }),
  bug('raft-snapshot-keeps-log', 'an installed snapshot leaves the older log behind it', {
    checks: [...lostWrite, 'assertion'],
    hint: { with: { ...busy, ...shortLog, options: { keepBytes: 0 } }, faults: unrest },
  }),
  bug(
    'raft-snapshot-sent-is-match',
    'a sent snapshot counts as if the follower had the whole log',
    {
      checks: lostWrite,
      hint: { with: { ...busy, ...shortLog, options: { keepBytes: 0 } }, faults: unrest },
    },
  ),
  bug('raft-lost-term-on-reset', 'term and vote are lost when a snapshot replaces the log', {
    checks: [...twoLeaders, 'monotone', 'assertion'],
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
    checks: staleRead,
    hint: { with: busy, faults: cuts },
  }),
  bug('shard-dedup-off', 'a batch that was sent again is executed again', {
    checks: ['exactly-once', 'linearizable'],
    hint: { with: busy, faults: ['net-drop', 'net-delay', ...unrest] },
  }),
  bug('shard-definite-after-propose', 'a definite error for a write that may have happened', {
    checks: ['unknown-definite', 'linearizable', 'exactly-once'],
    hint: { with: { ...busy, requestMs: 300 }, faults: ['net-clog', 'pause', ...unrest] },
  }),
  bug('shard-answer-before-commit', 'a write is answered before it is committed', {
    checks: lostWrite,
    hint: { with: busy, faults: unrest },
  }),
  bug(
    'shard-window-not-in-snapshot',
    'the window of answers is missing in checkpoints and snapshots',
    {
      checks: ['exactly-once', 'linearizable', 'digest'],
      hint: {
        with: { ...busy, ...shortLog, options: { keepBytes: 0 } },
        faults: ['crash-kill', 'net-drop', ...unrest],
      },
    },
  ),
  bug('shard-read-ignores-own-writes', 'a read overtakes earlier writes of its connection', {
    checks: ['linearizable', 'exactly-once'],
    hint: { with: { ...busy, pipelineMax: 20 } },
  }),
  bug('shard-read-before-applied', 'a granted read is answered before its position is applied', {
    checks: ['linearizable', 'exactly-once'],
    hint: { with: busy, faults: ['net-delay', 'slow-cpu', ...cuts] },
  }),
  bug('log-witness-ignored', 'a log that is shorter than the witness says is taken as whole', {
    checks: [...lostWrite, 'assertion'],
    hint: { with: busy, faults: ['disk-stale', 'disk-rot', ...unrest] },
  }),
]
