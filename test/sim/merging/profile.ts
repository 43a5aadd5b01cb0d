// What a seed is like whose members merge: its own options, clocks that are far apart in every second one, and
// faults that only such members go on under.

import { Random } from '../../../src/base/random.js'
import type { FaultKind, Profile, ProfileHint } from '../profile.js'

/** Faults that strike only where every member goes on alone. */
export const mergingFaults = ['partition-long', 'clock-leap'] as const

/** A clock that is too far ahead for the others: for seeded bugs only, as its member is not heard meanwhile. */
export const aheadFaults = ['clock-ahead'] as const

/** `hint`: what a seeded bug asks for stays as it is. */
export function mergingProfile(drawn: Profile, seed: number, hint: ProfileHint | null): Profile {
  const random = new Random(seed, 0x45766e74)
  const options = {
    noteMs: random.pick([50, 50, 200]),
    idleMs: random.pick([200, 500, 1_000]),
    resendMs: random.pick([100, 400]),
    compareMs: random.pick([100, 250, 500]),
    relayMs: random.pick([100, 500]),
    // Small enough that entries are read back from the disk, and that members are repaired slot by slot.
    tailBytes: random.pick([1_024, 8_000, 64_000_000]),
    keepBytes: random.pick([1_024, 20_000, 64_000_000, 64_000_000]),
    batchBytes: random.pick([1_024, 1_000_000]),
    windowBytes: random.pick([1_024, 64_000, 8_000_000]),
    // Small enough that members fall behind and leave what comes unacknowledged.
    backlogBytes: new Random(seed, 0x4261636b).pick([1_024, 2_000_000, 2_000_000]),
    ...hint?.with?.options,
  }
  const faults = new Set<FaultKind>(drawn.faults)
  const isDrawn = hint?.only === undefined
  for (const kind of mergingFaults) if (random.chance(3, 10) && isDrawn) faults.add(kind)
  if (random.chance(1, 2) && isDrawn) faults.add('clock-skew')
  const made: Profile = { ...drawn, level: 'eventual', strategy: 'eventual', options, faults }
  if (drawn.level !== 'causal') return made
  const { options: _, ...asked } = hint?.with ?? {}
  return { ...made, ...causal(random), ...asked }
}

/** Keyspaces of several groups, and sessions that move between members. */
function causal(random: Random) {
  return {
    level: 'causal',
    shards: 4,
    sessions: random.between(3, 6),
    sessionWaitMs: random.pick([100, 300, 1_000]),
  } as const
}
