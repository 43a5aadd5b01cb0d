// Bugs of slots that move between groups (bug-bank.ts says what they are for).

import { bug, moving, type SeededBug, unrest } from './seeded-bug.js'

const lost = ['linearizable', 'exactly-once', 'slots'] as const

export const moveBugs: readonly SeededBug[] = [
  bug('move-not-frozen', 'commands go on at the group that the slots leave until they are gone', {
    checks: lost,
    hint: { with: moving },
  }),
  bug(
    'move-thaws-unasked',
    'who takes a move over does not ask whether the slots are gone already',
    {
      checks: lost,
      hint: { with: moving, faults: ['crash-leader', 'net-clog', ...unrest] },
    },
  ),
  bug('move-tail-forgotten', 'what changes while it is copied stays as it was', {
    checks: lost,
    hint: { with: { ...moving, pipelineMax: 20 } },
  }),
  bug('move-source-keeps', 'the group that the slots left keeps their keys', {
    checks: lost,
    hint: { with: moving },
  }),
]
