// The bug bank: known wrong forms of protocol steps, planted one at a time (base/seeded-bug). Each names
// the checks that are meant to find it, and what a seed must be like to provoke it. Sources: reliability,
// sections 1.2 and 1.3. Where another rule hides a wrong form, the nearest one that shows is planted, and
// the comment above it says which rule that is.

import { causalBugs } from './causal-bugs.js'
import { eventualBugs } from './eventual-bugs.js'
import { raftBugs } from './raft-bugs.js'
import type { SeededBug } from './seeded-bug.js'
import { shardBugs } from './shard-bugs.js'
import { zabBugs } from './zab-bugs.js'

export type { SeededBug } from './seeded-bug.js'

export const seededBugs: readonly SeededBug[] = [
  ...raftBugs,
  ...zabBugs,
  ...eventualBugs,
  ...causalBugs,
  ...shardBugs,
]
