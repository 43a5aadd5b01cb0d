// Quorate as it is compared: the level, what is kept on disk, how many members, and which of them is asked.

import { TestCluster } from '../e2e/cluster.js'
import type { System } from './system.js'
import { resp } from './wire.js'

/** Connections that a server takes. */
export const clientsMax = 12_000

export interface QuorateOptions {
  readonly members: number
  readonly level: 'strong' | 'sequential' | 'eventual'
  readonly durability: 'always' | 'none'
  /** Asked is one that does not lead. */
  readonly isForwarded?: boolean
  /** Shard groups, 1 where nothing is said. */
  readonly shards?: number
}

export function quorate(options: QuorateOptions): System {
  const { members, level, durability, isForwarded, shards = 1 } = options
  const size = members === 1 ? 'one member' : `${members} members`
  const kept = durability === 'always' ? 'synced' : 'in memory'
  const asked = isForwarded === true ? ', asked elsewhere' : ''
  return {
    name: `Quorate, ${size}, ${level}, ${kept}${asked}`,
    missing: null,
    wire: resp,
    start: async () => {
      const config = { shards, clients: { max: clientsMax } }
      const flags = ['--level', level, '--durability', durability]
      const cluster = await TestCluster.start({ members, proxied: false, flags, config })
      const leader = await cluster.waitLeader()
      const at = isForwarded === true ? (leader + 1) % members : leader
      return {
        port: cluster.ports[at] ?? 0,
        pids: cluster.all.map((member) => cluster.process(member).pid),
        stop: () => cluster.dispose(),
      }
    },
  }
}
