// What tests and the simulator may look at of one group of a member.

import type { GroupId } from '../api/ids.js'
import type { SlotState } from '../api/slot-moves.js'
import type { StrategyStatus } from '../api/strategy.js'
import type { Topology } from '../api/topology.js'
import type { Hash64 } from '../base/hash.js'
import { GoneGroup } from '../shard/gone-group.js'
import { Shard } from '../shard/shard.js'
import type { MemberGroup } from './make-groups.js'
import type { TopologyGroup } from './topology-group.js'

export interface GroupInspection {
  /** The engine's, milliseconds. */
  readonly clock: number
  readonly id: GroupId
  readonly keyspace: string
  readonly status: StrategyStatus | null
  readonly applied: { readonly term: number; readonly index: number }
  readonly counters: Readonly<Record<string, number>>
  readonly pending: number
  readonly keys: number
  /** What it keeps of slots that change hands. */
  readonly slots: SlotState
  /** Bytes of data as the engine counts them: equal on all members. */
  readonly memory: number
  /** Of the state at `applied`; null while an entry behind it is half done. */
  digest(): Hash64 | null
}

export interface CoreInspection {
  readonly clusterId: string
  /** It knows whom to ask in every group. */
  isServing(): boolean
  /** Of clients' data, where it holds a replica. */
  readonly groups: readonly GroupInspection[]
  readonly topology: Topology & { readonly group: GroupInspection }
}

export function inspected(shard: Shard): GroupInspection {
  return {
    id: shard.id,
    keyspace: shard.keyspace,
    status: shard.status(),
    applied: shard.applied,
    clock: shard.engine.clock,
    get counters() {
      return shard.counters()
    },
    pending: shard.inFlight,
    keys: shard.keyTotal,
    slots: shard.executor.ownership.state,
    memory: shard.engine.memoryBytes,
    digest: () => shard.digest(),
  }
}

export function inspectedCore(of: {
  readonly clusterId: string
  readonly groups: readonly MemberGroup[]
  readonly isStarted: () => boolean
  readonly topology: TopologyGroup
}): CoreInspection {
  const { clusterId, groups, topology } = of
  const serves = (each: MemberGroup): boolean =>
    each instanceof GoneGroup || each.report().leader !== null
  return {
    clusterId,
    isServing: () => of.isStarted() && groups.every(serves),
    groups: groups.filter((group) => group instanceof Shard).map(inspected),
    topology: { ...topology.topology, group: inspected(topology.shard) },
  }
}
