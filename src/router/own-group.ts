// The group in which a member looks up what all groups keep alike: scripts, settings for the whole cluster.

import type { Group } from '../api/group.js'

/** The last one that it holds a replica of: of the default keyspace; where it holds none, whichever is last. */
export function ownGroup(groups: readonly Group[]): Group | undefined {
  return groups.findLast((group) => group.isRemote !== true) ?? groups.at(-1)
}
