// Bugs of the eventual strategy, and of shards whose members merge (bug-bank.ts says what they are for).

import type { Check } from './judge.js'
import type { FaultKind, ProfileHint } from './profile.js'
import { guests, bug as named, scripting, type SeededBug } from './seeded-bug.js'

const merging = {
  strategy: 'eventual',
  level: 'eventual',
  members: 3,
  thinkMeanUs: 60_000,
  faultMeanUs: 250_000,
} as const
const cuts: readonly FaultKind[] = ['partition-one', 'partition-halves', 'partition-ring']
const kills: readonly FaultKind[] = ['crash-leader', 'crash-kill', 'crash-power']
/** Members lose the ends of their logs. */
const losing: ProfileHint = {
  with: { ...merging, durability: 'everysec' },
  faults: [...cuts, 'crash-power', 'crash-all', 'crash-leader'],
}
/** Logs are cut before all have them, so that members are repaired slot by slot. */
const repaired: ProfileHint = {
  with: {
    ...merging,
    checkpointLogBytes: 2_000,
    checkpointIntervalMs: 200,
    options: { keepBytes: 1_024 },
  },
  faults: [...cuts, 'partition-long', 'crash-kill'],
}
/** Both: a member that lost nothing has to tell what it removed from what it never had. */
const repairedAfterLoss: ProfileHint = {
  with: { ...repaired.with, durability: 'everysec' },
  faults: [...cuts, 'partition-long', 'crash-kill', 'crash-leader'],
}
/** Members come and go, and somebody hears of it late. */
const changing: ProfileHint = {
  with: { ...merging, members: 5, outside: 2, options: { idleMs: 200 } },
  faults: ['members', 'partition-one', 'partition-halves', 'partition-long'],
}
/** What clients see is wrong in the end, or on the way. */
const seen: readonly Check[] = ['lost', 'returned', 'merged', 'digest', 'equal-soon', 'atomic']
const order: readonly Check[] = ['causal-order', 'merged', 'stability', ...seen]

export const eventualBugs: readonly SeededBug[] = [
  named('eventual-answer-before-sync', 'an own entry is answered before it is on disk', {
    checks: ['released', 'lost'],
    hint: { with: { ...merging, durability: 'always' }, faults: kills },
  }),
  named('eventual-seen-ignored', 'an entry is merged before what its origin had seen', {
    checks: order,
    hint: { with: merging, faults: [...cuts, 'net-reset'] },
  }),
  named('eventual-stable-too-early', 'a member calls stable what it alone holds', {
    checks: ['stability', ...seen],
    hint: { with: merging, faults: cuts },
  }),
  named('eventual-repair-not-joined', 'a repair ends without the vector of what it brought', {
    checks: ['converged', ...order],
    hint: repaired,
  }),
  named('eventual-slots-ahead', 'slots are given before what counts as held is in them', {
    checks: seen,
    hint: repaired,
  }),
  named('eventual-gap-not-filled', 'nobody says of a gap that nothing is in it', {
    checks: ['converged', 'forgotten', 'leader'],
    hint: losing,
  }),
  named('eventual-writes-before-refilled', 'a member that lost entries takes writes at once', {
    checks: ['durable-kept', ...order],
    hint: losing,
  }),
  named('eventual-incarnation-reused', 'its new entries go on where the ones that are left end', {
    checks: ['stamps', 'converged', ...order],
    hint: losing,
  }),
  named('eventual-recovery-forgotten', 'a crash in the midst of recovering ends it', {
    checks: order,
    hint: {
      with: { ...merging, durability: 'always' },
      faults: [...cuts, 'disk-wipe', 'disk-rot', 'crash-loop'],
    },
  }),
  named('eventual-stamps-reused', 'a run begins with stamps that the last one may have used', {
    checks: ['stamps', ...order],
    hint: {
      with: { ...merging, durability: 'everysec' },
      faults: ['crash-power', 'crash-loop', 'clock-leap', 'clock-freeze'],
    },
  }),
  named('eventual-far-future-taken', 'an entry is taken whose stamp is far in the future', {
    checks: ['stamps'],
    hint: {
      with: { ...merging, durability: 'always', options: { skewMs: 1_500 } },
      only: ['clock-ahead', 'partition-one'],
    },
  }),
  named('eventual-mark-too-old', 'a checkpoint says that it holds less than is in it', {
    checks: order,
    hint: { with: { ...merging, checkpointLogBytes: 2_000 }, faults: kills },
  }),
  named('eventual-below-forgotten', 'who took up its work alone after a loss counts as intact', {
    checks: order,
    hint: losing,
  }),
  named('eventual-floor-unknown', 'what a member removed and recovers without comes back', {
    checks: order,
    hint: repairedAfterLoss,
  }),
  named('eventual-added-writes-at-once', 'a new member writes before all others know of it', {
    checks: ['durable-kept', 'converged', 'leader', ...order],
    hint: changing,
  }),
  named('eventual-removed-heard', 'entries of a member that was removed are taken on', {
    checks: ['forgotten', 'converged', ...order],
    hint: changing,
  }),
  named('eventual-removed-forgotten', 'of who is removed nothing is waited for', {
    checks: order,
    hint: { ...changing, with: { ...changing.with, durability: 'always' } },
  }),
  named('merge-replay-doubles', 'increments count twice once they are read back', {
    checks: order,
    hint: {
      with: { ...merging, durability: 'always', checkpointLogBytes: 2_000 },
      faults: [...cuts, 'crash-kill', 'crash-power'],
    },
  }),
  named(
    'remote-move-unnoticed',
    'what one replica was sent goes to another one as if that had got it',
    {
      checks: ['answered', 'progress', 'reply-order', ...seen],
      hint: { with: { ...merging, ...guests, durability: 'always' }, faults: [...cuts, ...kills] },
    },
  ),
  named('remote-life-ignored', 'what a replica forgot goes to it as if it remembered', {
    checks: ['answered', 'progress', 'reply-order', ...seen],
    hint: {
      with: { ...merging, ...guests, durability: 'always', placement: [[1]], members: 3 },
      faults: ['net-reset', ...kills],
    },
  }),
  named('shard-waiters-of-others', 'a snapshot brings commands that wait at another member', {
    checks: seen,
    hint: {
      with: {
        ...merging,
        durability: 'always',
        thinkMeanUs: 20_000,
        workload: { hotKeys: 2, reads: 0, prefixes: [''], valueBytes: 0, queues: 40 },
      },
      faults: ['disk-wipe', 'crash-kill'],
    },
  }),
  named(
    'shard-script-old-clock',
    'scripts run by a clock that lost entries of its member had passed',
    {
      checks: seen,
      hint: {
        with: { ...merging, durability: 'always', thinkMeanUs: 20_000, workload: scripting },
        faults: [...cuts, 'disk-wipe', 'disk-stale', 'crash-power', 'clock-freeze', 'clock-skew'],
      },
    },
  ),
  named('shard-script-overtaken', 'what a script did is done to what others wrote meanwhile', {
    checks: seen,
    hint: {
      with: { ...merging, clients: 12, thinkMeanUs: 12_000, workload: scripting },
      only: cuts,
    },
  }),
]
