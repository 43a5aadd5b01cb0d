// Bugs of causal keyspaces of several groups and of session tokens (bug-bank.ts says what they are for).

import type { Check } from './judge.js'
import type { ProfileHint } from './profile.js'
import { bug as named, type SeededBug } from './seeded-bug.js'

/** Sessions that move, and members that do not hear each other meanwhile. */
const moving: ProfileHint = {
  with: {
    strategy: 'eventual',
    level: 'causal',
    members: 3,
    clients: 3,
    sessions: 6,
    thinkMeanUs: 60_000,
    faultMeanUs: 250_000,
  },
  faults: ['partition-one', 'partition-halves', 'partition-one-way', 'net-clog', 'client-reset'],
}
/** Members lose what was in memory only. */
const losing: ProfileHint = {
  with: { ...moving.with, durability: 'none' },
  faults: ['partition-one', 'crash-leader', 'crash-kill', 'client-reset'],
}
/** Logs are cut before all have them, so that groups are repaired slot by slot, each for itself. */
const repaired: ProfileHint = {
  with: {
    ...moving.with,
    checkpointLogBytes: 2_000,
    checkpointIntervalMs: 200,
    options: { keepBytes: 1_024 },
  },
  faults: [...(moving.faults ?? []), 'partition-long', 'crash-kill'],
}
/** One member, that loses what its disk had not got. */
const falling: ProfileHint = {
  with: { ...moving.with, members: 1, durability: 'always', thinkMeanUs: 5_000 },
  faults: ['disk-slow', 'crash-kill', 'crash-loop'],
}
const seen: readonly Check[] = ['causal', 'visible']

export const causalBugs: readonly SeededBug[] = [
  named('eventual-gate-open', 'groups of a keyspace do not wait for each other', {
    checks: seen,
    hint: moving,
  }),
  named('eventual-needs-ignored', 'an entry waits for its member, not for what it hangs on', {
    checks: [...seen, 'causal-order'],
    hint: moving,
  }),
  named('eventual-clock-per-group', 'a write may stand below what its session saw', {
    checks: [...seen, 'stamps', 'causal-order'],
    hint: { ...moving, faults: [...(moving.faults ?? []), 'clock-skew'] },
  }),
  named('eventual-serves-ahead', 'a repaired group serves before the others have caught up', {
    checks: seen,
    hint: repaired,
  }),
  named('eventual-token-of-one-group', 'a token stands for what one group showed', {
    checks: ['causal'],
    hint: moving,
  }),
  named('eventual-token-without-own', 'a token leaves out what its own member wrote', {
    checks: ['causal'],
    hint: moving,
  }),
  named('eventual-covers-by-one', 'a token counts as met by what came to one of the groups', {
    checks: ['causal'],
    hint: moving,
  }),
  named('eventual-lost-not-told', 'who saw what is lost is served as if it were there', {
    checks: ['causal'],
    hint: losing,
  }),
  named('shard-session-not-awaited', 'a member that is behind a token serves its holder', {
    checks: ['causal'],
    hint: moving,
  }),
  named('shard-read-before-sync', 'a read shows what a crash takes back', {
    checks: ['causal'],
    hint: falling,
  }),
]
