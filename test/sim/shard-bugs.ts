// Bugs of the shard, its log on disk and the core (bug-bank.ts says what they are for).

import { moveBugs } from './move-bugs.js'
import {
  bug,
  busy,
  changing,
  coming,
  seated,
  cuts,
  guests,
  lostCommit,
  power,
  queueing,
  scripting,
  type SeededBug,
  shortLog,
  transactional,
  unrest,
} from './seeded-bug.js'

export const shardBugs: readonly SeededBug[] = [
  bug('shard-dedup-off', 'a batch that was sent again is executed again', {
    checks: ['exactly-once', 'linearizable'],
    hint: { with: busy, faults: ['net-drop', 'net-delay', ...unrest] },
  }),
  bug('shard-definite-after-propose', 'a definite error for a write that may have happened', {
    checks: ['unknown-definite', 'linearizable', 'exactly-once'],
    hint: { with: { ...busy, requestMs: 300 }, faults: ['net-clog', 'pause', ...unrest] },
  }),
  bug('shard-answer-before-commit', 'a write is answered before it is committed', {
    checks: ['exactly-once', 'linearizable'],
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
  bug('shard-watch-ignores-versions', 'EXEC does not compare the versions of what was watched', {
    checks: ['linearizable'],
    hint: { with: { ...busy, workload: transactional } },
  }),
  bug('shard-watch-judged-late', 'EXEC answers null and has executed its commands all the same', {
    checks: ['linearizable'],
    hint: { with: { ...busy, workload: transactional } },
  }),
  bug('shard-transaction-torn', 'the last command of a transaction is answered and not executed', {
    checks: ['atomic', 'linearizable'],
    hint: { with: { ...busy, workload: transactional } },
  }),
  bug('shard-script-effects-kept', 'a script that went beyond its group keeps what it wrote', {
    checks: ['linearizable', 'unknown-definite'],
    hint: { with: { ...busy, workload: scripting } },
  }),
  bug('shard-script-undrained', 'scripts run before what was proposed earlier is applied', {
    checks: ['linearizable', 'atomic', 'exactly-once'],
    hint: { with: { ...busy, workload: { ...scripting, prefixes: [''] }, pipelineMax: 20 } },
  }),
  bug('shard-script-stays-unproposed', 'what scripts did stays though their entries are lost', {
    checks: ['digest', 'linearizable', 'exactly-once'],
    hint: { with: { ...busy, workload: { ...scripting, prefixes: [''] } }, faults: unrest },
  }),
  bug('shard-script-stays-inexact', 'what a script did stays though its entry says less', {
    checks: ['digest', 'linearizable'],
    hint: { with: { ...busy, workload: scripting } },
  }),
  bug('shard-script-sees-repetition', 'scripts see twice what another leader had proposed', {
    checks: ['linearizable', 'atomic', 'exactly-once'],
    hint: {
      with: { ...busy, workload: { ...scripting, prefixes: [''] }, pipelineMax: 20 },
      faults: unrest,
    },
  }),
  bug('shard-waiter-served-twice', 'a command that waited is served and waits on', {
    checks: ['hand-over', 'digest'],
    hint: { with: { ...busy, workload: queueing } },
  }),
  bug('shard-waiters-not-in-snapshot', 'those who wait are missing in checkpoints and snapshots', {
    checks: ['hand-over', 'digest', 'answered'],
    hint: {
      with: { ...busy, ...shortLog, workload: queueing, options: { keepBytes: 0 } },
      faults: ['crash-kill', ...unrest],
    },
  }),
  bug('shard-late-not-in-snapshot', 'late answers are missing in checkpoints and snapshots', {
    checks: ['hand-over', 'digest'],
    hint: {
      with: { ...busy, ...shortLog, workload: queueing, options: { keepBytes: 0 } },
      faults: ['crash-kill', ...unrest],
    },
  }),
  bug('shard-unblock-is-trusted', 'the end of a wait is told before the log decides', {
    checks: ['hand-over'],
    hint: {
      with: { ...busy, clients: 12, workload: queueing },
      network: { delayMeanUs: 10_000 },
      only: ['net-delay'],
    },
  }),
  bug('shard-read-ignores-own-writes', 'a read overtakes earlier writes of its connection', {
    checks: ['linearizable', 'exactly-once'],
    hint: { with: { ...busy, pipelineMax: 20 } },
  }),
  bug('shard-local-read-overtakes', 'a sequential read does not see what its connection wrote', {
    checks: ['linearizable'],
    hint: { with: { ...busy, strategy: 'zab', level: 'sequential', pipelineMax: 20 } },
  }),
  bug('shard-read-before-applied', 'a granted read is answered before its position is applied', {
    checks: ['linearizable', 'exactly-once'],
    hint: { with: busy, faults: ['net-delay', 'slow-cpu', ...cuts] },
  }),
  // Only in the order of what was executed: each batch still takes effect once.
  bug('shard-gap-reorders', 'a batch overtakes one before it that got lost', {
    checks: ['linearizable', 'exactly-once'],
    hint: {
      with: {
        ...busy,
        clients: 6,
        pipelineMax: 20,
        splits: 50,
        workload: { hotKeys: 1, reads: 40, prefixes: [''], valueBytes: 0 },
      },
      network: { drop: 1_000, delayMeanUs: 3_000 },
      only: ['net-drop', 'net-delay'],
    },
  }),
  // Nothing that a client sees goes back with it: what was seen to lapse is deleted by an entry.
  bug('shard-clock-goes-back', "stamps and the engine's clock follow the leader's clock back", {
    checks: ['monotone'],
    hint: { with: busy, faults: ['clock-jump', 'clock-skew', ...unrest] },
  }),
  bug(
    'shard-cut-before-checkpoint',
    'the log is cut when a checkpoint begins, not when it is done',
    {
      checks: ['durable-kept', 'log-truncation'],
      hint: { with: { ...busy, ...shortLog, options: { keepBytes: 0 } }, faults: power },
    },
  ),
  bug('log-failed-write-counts', 'a failed write of the log counts as done', {
    checks: ['durable-kept', 'vote-durable'],
    hint: { with: busy, faults: ['disk-fail', ...power] },
  }),
  bug('log-witness-ignored', 'a log that is shorter than the witness says is taken as whole', {
    checks: lostCommit,
    hint: { with: busy, faults: ['disk-stale', 'disk-rot', ...unrest] },
  }),
  bug('shard-script-effects-twice', 'the effects of a script are executed twice', {
    checks: ['exactly-once', 'linearizable'],
    hint: { with: { ...busy, workload: scripting } },
  }),
  bug('shard-transaction-in-halves', 'reads come between two commands of a transaction', {
    checks: ['atomic', 'linearizable', 'digest'],
    hint: { with: { ...busy, workload: transactional } },
  }),
  bug('shard-leader-not-noticed', 'a follower does not notice who leads', {
    checks: ['progress', 'answered'],
    hint: { with: busy, only: ['crash-leader'] },
  }),
  bug('shard-late-never-heard', 'late answers are kept though their origin has heard them', {
    checks: ['bounded'],
    hint: { with: { ...busy, clients: 12, thinkMeanUs: 20_000, workload: queueing }, only: [] },
  }),
  bug('core-short-disk-stops', 'a member stops when its disk is short of space', {
    checks: ['stopped'],
    hint: { with: busy, only: ['disk-full'] },
  }),
  bug(
    'core-topology-unwatched',
    'a change of the topology is made of what it was before another one',
    {
      checks: ['topology'],
      hint: {},
    },
  ),
  bug(
    'core-topology-goes-back',
    'a member takes what its replica holds for the topology, however old',
    {
      checks: ['topology'],
      hint: { faults: ['crash-kill', 'net-delay', ...unrest] },
    },
  ),
  bug(
    'remote-answer-of-another',
    'answers go to the oldest batch under way, whichever they are for',
    {
      checks: ['linearizable', 'exactly-once', 'reply-order', 'hand-over', 'assertion'],
      hint: { with: { ...busy, ...guests }, faults: ['net-drop', 'net-reorder', ...unrest] },
    },
  ),
  bug('remote-read-no-floor', 'a replica serves reads of others before what they were shown', {
    checks: ['linearizable'],
    hint: {
      with: { ...busy, ...guests, strategy: 'zab', level: 'sequential', electionMs: 150 },
      faults: ['crash-leader', 'partition-leader', 'pause-leader', 'net-delay'],
    },
  }),
  bug('shard-members-not-in-checkpoint', 'a checkpoint does not say who the members are', {
    checks: ['members'],
    hint: { with: { ...changing, ...shortLog }, faults: [...unrest, 'crash-kill', 'members'] },
  }),
  bug('shard-members-not-in-snapshot', 'a snapshot does not say who the members are', {
    checks: ['members'],
    hint: {
      with: { ...changing, ...shortLog, options: { keepBytes: 0 } },
      faults: [...unrest, 'crash-kill', 'members'],
    },
  }),
  bug('core-comer-is-lost', 'who joins does not vote before it heard who is dead, too', {
    checks: ['leader', 'converged'],
    hint: { with: coming, faults: [...unrest, 'crash-kill'] },
  }),
  bug('core-comer-by-its-file', 'groups of who joins begin with the members of its file', {
    checks: ['members', 'stopped', 'converged'],
    hint: { with: coming },
  }),
  bug('core-members-asked-once', 'a leader asks for other members once, and not again', {
    checks: ['converged'],
    hint: { with: coming },
  }),
  bug('core-list-of-all', 'a placed group takes all members of the cluster for its own', {
    checks: ['leader', 'assertion', 'converged', 'progress', 'answered'],
    hint: { with: seated, only: [] },
  }),
  bug('core-seats-of-present', 'seats of who left are given again', {
    checks: ['leader', 'assertion', 'converged', 'stamps', 'merged'],
    hint: { with: seated, only: [] },
  }),
  bug('core-removed-unheard', 'who was removed goes on running', {
    checks: ['converged'],
    hint: { with: coming },
  }),
  ...moveBugs,
]
