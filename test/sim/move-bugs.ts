// Bugs of slots that move between groups (bug-bank.ts says what they are for). Those that chance seldom meets have a
// story each in test/shard/move-bugs.

import { bug, moved, moving, placedApart, queueing, type SeededBug, unrest } from './seeded-bug.js'

const lost = ['linearizable', 'exactly-once', 'slots'] as const
const late = ['converged', 'answered', 'progress'] as const
const base = { ...moving, workload: moved }
const merged = ['lost', 'returned', 'merged', 'digest', 'equal-soon', 'atomic'] as const
const handing = {
  ...placedApart,
  members: 4,
  moves: true,
  thinkMeanUs: 20_000,
  clients: 6,
  movePauseUs: 150_000,
} as const
/** Disks stay whole: nothing that was answered is lost. */
const apart = {
  with: handing,
  only: ['partition-one', 'partition-halves', 'net-clog', 'net-delay', 'crash-kill', 'pause'],
} as const
const long = { ...base, pipelineMax: 20 }

export const moveBugs: readonly SeededBug[] = [
  bug('move-not-frozen', 'commands go on at the group that the slots leave until they are gone', {
    checks: lost,
    hint: { with: base },
  }),
  bug(
    'move-thaws-unasked',
    'who takes a move over does not ask whether the slots are gone already',
    {
      checks: [...lost, ...late],
      hint: { with: base, faults: ['crash-leader', 'net-clog', ...unrest] },
    },
  ),
  bug('move-tail-forgotten', 'what changes while it is copied stays as it was', {
    checks: lost,
    hint: { with: long },
  }),
  bug('move-source-keeps', 'the group that the slots left keeps their keys', {
    checks: lost,
    hint: { with: base },
  }),
  bug('move-waiters-lost', 'who waits for elements waits on where they went from', {
    checks: [...late, 'hand-over', 'linearizable'],
    hint: { with: { ...moving, workload: { ...queueing, isTagged: true } } },
  }),
  bug('move-commit-forgotten', 'a group does not know any more what it took', {
    checks: [...lost, ...late],
    hint: { with: base, faults: unrest },
  }),
  bug(
    'core-bound-by-groups',
    'members share out memory by the groups that they know when they start',
    {
      checks: ['digest', ...lost],
      hint: {
        with: { ...base, grows: true, maxMemory: 20_000 },
        faults: ['crash-all', 'crash-loop'],
      },
    },
  ),
  bug('move-closed-opens', 'members write on to slots that are about to change hands', {
    checks: merged,
    hint: apart,
  }),
  bug('shard-gone-early', 'a shard group is gone before its slots are', {
    checks: [...lost, ...late, 'topology'],
    hint: { with: { ...base, grows: true } },
  }),
  bug('move-roots-follow', 'commands for slots that stay go where those of other keyspaces went', {
    checks: ['lost', 'slots', ...late],
    hint: { with: { ...base, rooted: true }, only: ['crash-leader'] },
  }),
  bug('move-pages-disagree', 'keys of all groups are listed while slots change hands', {
    checks: lost,
    hint: { with: base },
  }),
]
