// The digest of what members must agree on before they may talk: the keyspace table and the bounds
// that commands are executed under. Carried in every peer hello and kept with the log.

import { ByteWriter } from '../base/bytes.js'
import { type Hash64, hashBytes } from '../base/hash.js'
import type { Config, ShardGroup } from './config.js'

/** Equal for equal tables, on every member and version; strategy options (timers) may differ. */
export function keyspaceDigest(
  config: Pick<Config, 'keyspaces' | 'shards' | 'shardGroups' | 'databases' | 'bulkBytesMax'>,
): Hash64 {
  const writer = new ByteWriter()
  writer.varint(config.databases).varint(config.bulkBytesMax).varint(config.keyspaces.length)
  for (const keyspace of config.keyspaces) {
    writer.text(keyspace.name).varint(keyspace.prefixes.length)
    for (const prefix of keyspace.prefixes) writer.text(prefix)
    writer.boolean(keyspace.databases !== null).varint(keyspace.databases?.length ?? 0)
    for (const db of keyspace.databases ?? []) writer.varint(db)
    writer.text(keyspace.level).text(keyspace.strategy).text(keyspace.durability)
    writer.varint(keyspace.maxMemory)
    const policy = keyspace.maxMemoryPolicy ?? 'noeviction'
    if (policy !== 'noeviction') writer.text(policy)
  }
  if (config.shards > 1 || config.shardGroups !== undefined) writer.varint(config.shards)
  if (config.shardGroups !== undefined) writer.hash(placementDigest(config.shardGroups))
  return hashBytes(writer.finish())
}

/** Who holds which shard group, and how many slots: members that disagree look for keys where nobody has them. */
export function placementDigest(groups: readonly ShardGroup[]): Hash64 {
  const writer = new ByteWriter().varint(groups.length)
  for (const { weight, members } of groups) {
    writer.varint(weight).varint(members.length)
    for (const member of members) writer.varint(member)
  }
  return hashBytes(writer.finish())
}

/**
 * What decides which group a key is in, and how that group keeps it: kept with the log, because a change
 * would leave keys where nobody looks for them.
 */
export function routingDigest(config: Pick<Config, 'keyspaces'>): Hash64 {
  const writer = new ByteWriter().varint(config.keyspaces.length)
  for (const keyspace of config.keyspaces) {
    writer.text(keyspace.name).text(keyspace.strategy).varint(keyspace.prefixes.length)
    for (const prefix of keyspace.prefixes) writer.text(prefix)
    writer.boolean(keyspace.databases !== null).varint(keyspace.databases?.length ?? 0)
    for (const db of keyspace.databases ?? []) writer.varint(db)
  }
  return hashBytes(writer.finish())
}

/** Sixteen hexadecimal digits, as logs and refusals show a digest. */
export function showDigest(digest: Hash64 | null): string {
  if (digest === null) return ''
  return `${digest.high.toString(16).padStart(8, '0')}${digest.low.toString(16).padStart(8, '0')}`
}
