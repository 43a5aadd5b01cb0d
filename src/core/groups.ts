// The groups of the cluster: one for each shard of each keyspace, numbered alike at all members. Those of the first
// shard come first, so that a member with one shard numbers its groups as its keyspaces, and a shard that is added
// changes no number.

import { type Config, groupCount, type KeyspaceConfig } from '../api/config.js'
import type { GroupId } from '../api/ids.js'
import type { CommonKeyspace } from '../api/strategy.js'

export interface GroupPlace {
  readonly id: GroupId
  readonly shard: number
  readonly keyspace: KeyspaceConfig
}

/** By id. */
export function groupPlaces(config: Config): GroupPlace[] {
  const { keyspaces } = config
  return Array.from({ length: groupCount(config) }, (_, index) => ({
    id: index as GroupId,
    shard: Math.floor(index / keyspaces.length),
    keyspace: keyspaces[index % keyspaces.length] as KeyspaceConfig,
  }))
}

/**
 * What the groups of each keyspace share, by the keyspace's name; none where each has one group. `shared` hears of
 * those that do share something.
 */
export function commonKeyspaces(
  { keyspaces }: Pick<Config, 'keyspaces'>,
  countOf: (space: number) => number,
  shared: (keyspace: string) => void,
): Map<string, CommonKeyspace> {
  return new Map(
    keyspaces.flatMap(({ name, level }, space) => {
      const groups = countOf(space)
      if (groups === 1) return []
      let made: unknown
      let madeBeside: unknown
      const share = <T>(make: () => T): T => {
        if (made === undefined) shared(name)
        made ??= make()
        return made as T
      }
      const beside = <T>(make: () => T): T => {
        madeBeside ??= make()
        return madeBeside as T
      }
      return [[name, { level, groups, share, beside }]]
    }),
  )
}
