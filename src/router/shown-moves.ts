// Moves of slots as `quorate topology` and `quorate plan` show them, as far as this member knows: of groups that it holds, and
// how far the copies are of those that it drives. Who leads the group knows the rest.

import type { Group, GroupReport } from '../api/group.js'
import { encodeRuns } from '../api/slot-moves.js'
import type { SlotMove, Topology } from '../api/topology.js'

export interface ShownMove extends Omit<SlotMove, 'slots' | 'done'> {
  readonly slots: string
  /** Keyspaces whose slots went. */
  readonly done: readonly string[]
  readonly now: readonly string[]
  readonly progress: readonly (Pick<GroupReport, 'keyspace' | 'leader' | 'moving'> &
    Partial<NonNullable<GroupReport['progress']>>)[]
}

export function shownMoves(topology: Topology, groups: readonly Group[]): readonly ShownMove[] {
  return (topology.moves ?? []).map(({ slots, done, ...move }, at) => {
    const finished = done.map(([keyspace]) => keyspace)
    // One move goes after the other.
    const sources = groups.filter(
      ({ shard, keyspace }) => at === 0 && shard === move.from && !finished.includes(keyspace),
    )
    const progress = sources.map((group) => {
      const { keyspace, leader, moving, progress: own = {} } = group.report()
      return { keyspace, leader, moving, ...own }
    })
    const told = progress.filter(({ moving }) => moving !== '')
    return {
      ...{ ...move, slots: encodeRuns(slots), done: finished },
      now: told.map(({ keyspace, moving }) => `${keyspace}: ${moving}`),
      progress,
    }
  })
}
