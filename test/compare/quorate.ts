// Quorate as it is compared: the level, what is kept on disk, how many members, and which of them is asked.

import { TestCluster } from '../e2e/cluster.js'
import type { System } from './system.js'
import { resp } from './wire.js'

export interface QuorateOptions {
  readonly members: number
  readonly level: 'strong' | 'sequential' | 'eventual'
  readonly durability: 'always' | 'none'
  /** Asked is one that does not lead. */
  readonly isForwarded?: boolean
}

export function quorate({ members, level, durability, isForwarded }: QuorateOptions): System {
  const size = members === 1 ? 'one member' : `${members} members`
  const kept = durability === 'always' ? 'synced' : 'in memory'
  const asked = isForwarded === true ? ', asked elsewhere' : ''
  return {
    name: `Quorate, ${size}, ${level}, ${kept}${asked}`,
    missing: null,
    wire: resp,
    start: async () => {
      const flags = ['--level', level, '--durability', durability]
      const cluster = await TestCluster.start({ members, proxied: false, flags })
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
