// Eviction between engine and shard: the leader asks its engine for victims, proposes them as an entry,
// and every replica removes those that are still what they were.

import type { EntryBounds } from './entry.js'
import type { GroupSettings } from './group-settings.js'
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

/** Bytes that commands on their way may take beyond the bound before room is made for them. */
const evictionSlackMax = 16 * 1024 * 1024

export function evictionSlack(maxMemory: number): number {
  return Math.min(Math.floor(maxMemory / 8), evictionSlackMax)
}

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
  /** The policy has keys evicted where there is a bound. */
  readonly evicts: boolean
  /** The bound of the keyspace, 0 for none. */
  readonly maxMemory: number
  /** Of the open entry; whoever opens one sets them. */
  bounds: EntryBounds | undefined
  /** Commands that may grow the data are refused, where the member takes so much beside it. */
  isFull(bounds: EntryBounds | undefined): boolean
  /** Set at run time. */
  readonly settings: GroupSettings
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
