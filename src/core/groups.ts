// The groups of one member: one for each shard of each keyspace. Those of the first shard come first, so
// that a member with one shard numbers its groups as its keyspaces.

import { type Config, groupCount, type KeyspaceConfig } from '../api/config.js'
import type { GroupId } from '../api/ids.js'

export interface GroupPlace {
  readonly id: GroupId
  readonly shard: number
  readonly keyspace: KeyspaceConfig
}

export function groupPlaces(config: Config): GroupPlace[] {
  const { keyspaces } = config
  return Array.from({ length: groupCount(config) }, (_, index) => ({
    id: index as GroupId,
    shard: Math.floor(index / keyspaces.length),
    keyspace: keyspaces[index % keyspaces.length] as KeyspaceConfig,
  }))
}
