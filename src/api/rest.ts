// How replicas at rest know of each other: one message for all groups of two members, in place of heartbeats
// in each of them.

import type { MemberId } from './ids.js'

/** What a replica rests at. */
export interface Rest {
  /** Equal at all replicas that know the same of their group: leader, term, what is committed. */
  readonly mark: string
  /** Milliseconds within which the others should hear again that it rests. */
  readonly everyMs: number
}

/** What the replicas of a group at other members say. */
export interface Rests {
  /** Monotonic ms at which `peer` was last heard to say that its replica rests at `mark`; very small for never. */
  heardAt(peer: MemberId, mark: string): number
  /** It says so still. Once it does not, for a second word or for silence, the group is ticked. */
  isHeard(peer: MemberId, mark: string): boolean
}
