// The group in which a member looks up what all groups keep alike: scripts, settings for the whole cluster.

import type { Group } from '../api/group.js'

/**
 * Of the first shard group that it holds a replica of, since one that was added has nothing before its first slots, the
 * last one: of the default keyspace; where it holds none, whichever is last.
 */
export function ownGroup(groups: readonly Group[]): Group | undefined {
  const first = groups.find((group) => group.isRemote !== true)
  return (
    groups.findLast((group) => group.isRemote !== true && group.shard === first?.shard) ??
    groups.at(-1)
  )
}
