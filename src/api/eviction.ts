// Eviction between engine and shard: the leader asks its engine for victims, proposes them as an entry,
// and every replica removes those that are still what they were.

import type { ByteReader, ByteWriter } from '../base/bytes.js'
import type { Random } from '../base/random.js'

/** Redis' eight. */
export const evictionPolicies = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
] as const

export type EvictionPolicy = (typeof evictionPolicies)[number]

/** A key that may go; `print` tells its value from another one that it may get meanwhile. */
export interface Victim {
  readonly db: number
  readonly key: string
  readonly print: number
  /** Bytes that it frees. Of use to the leader only. */
  readonly bytes: number
}

/** An engine's side of it. */
export interface EngineEviction {
  /** The leader is to propose victims. */
  readonly isActive: boolean
  readonly maxMemory: number
  /** Entries of victims that were executed. */
  readonly entries: number
  /** The next victim, null where none was found; `isTaken` tells those that are on their way. */
  victim(random: Random, isTaken: (db: number, key: string) => boolean): Victim | null
  /** Removes those victims that are still what they were. */
  evict(victims: readonly Victim[]): void
}

export function encodeVictims(writer: ByteWriter, victims: readonly Victim[]): void {
  writer.varint(victims.length)
  for (const { db, key, print } of victims) writer.varint(db).text(key).uint32(print)
}

/** None where the bytes are malformed. */
export function decodeVictims(reader: ByteReader): readonly Victim[] {
  const count = reader.varint()
  const victims: Victim[] = []
  for (let i = 0; i < count && reader.ok; i++) {
    victims.push({ db: reader.varint(), key: reader.text(), print: reader.uint32(), bytes: 0 })
  }
  return reader.ok ? victims : []
}
