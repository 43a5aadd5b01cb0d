// Bugs of slots that move between groups (bug-bank.ts says what they are for).

import { bug, moving, queueing, type SeededBug, unrest } from './seeded-bug.js'

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
  bug(
    'move-map-overtakes',
    'a command goes to the new owner before one of its connection that is refused',
    {
      checks: ['linearizable'],
      hint: { with: { ...moving, pipelineMax: 20 } },
    },
  ),
  bug('move-overtakes', 'a move that is given up lets commands pass those that were refused', {
    checks: ['linearizable'],
    hint: { with: { ...moving, pipelineMax: 20 }, faults: ['crash-leader', ...unrest] },
  }),
  bug(
    'move-clock-behind',
    'a key that ended at one group goes on at another whose clock is behind',
    {
      checks: ['linearizable'],
      hint: { with: moving, faults: ['clock-skew', 'clock-drift', 'crash-leader'] },
    },
  ),
  bug(
    'move-no-fence',
    'a member serves reads of slots that came before it has what came with them',
    {
      checks: ['linearizable'],
      hint: {
        with: { ...moving, strategy: 'zab', level: 'sequential' },
        faults: ['net-delay', 'partition-one', 'pause', 'slow-cpu'],
      },
    },
  ),
  bug('move-waiters-lost', 'who waits for elements waits on where they went from', {
    checks: ['answered', 'progress', 'hand-over', 'linearizable'],
    hint: { with: { ...moving, workload: queueing } },
  }),
]
