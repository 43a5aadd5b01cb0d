// Forty hexadecimal digits as Redis Cluster names nodes and shards: the same at all members and over restarts.

import type { MemberId } from '../api/ids.js'
import { sha256 } from '../base/sha256.js'

export function nodeIdOf(clusterId: string, member: MemberId): string {
  return sha256(`${clusterId} member ${member}`).slice(0, 40)
}

export function shardIdOf(clusterId: string, shard: number): string {
  return sha256(`${clusterId} shard ${shard}`).slice(0, 40)
}
