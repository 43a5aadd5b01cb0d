// The validated configuration, as plain data. `src/config` makes it from YAML, flags and environment;
// the host and the core read it. Nothing here is optional: defaults are filled in before.

import type { EvictionPolicy } from './eviction.js'
import type { MemberId } from './ids.js'

export const levels = ['strong', 'sequential', 'causal', 'eventual'] as const
/** What a client is promised (architecture, section 2). */
export type Level = (typeof levels)[number]

export const durabilities = ['always', 'everysec', 'none'] as const
/** always: synced before the answer. everysec: written, synced once a second. none: kept in memory. */
export type Durability = (typeof durabilities)[number]

export interface Address {
  readonly host: string
  readonly port: number
}

/** Peers listen this far above the client port unless told otherwise, as in Redis Cluster. */
export const peerPortOffset = 10_000

export function writeAddress({ host, port }: Address): string {
  return `${host}:${port}`
}

/** Null where the text is no host and port. */
export function readAddress(text: string): Address | null {
  const at = text.lastIndexOf(':')
  const port = Number(text.slice(at + 1))
  const isPort = /^\d{1,5}$/.test(text.slice(at + 1)) && port > 0 && port < 65_536
  const host = text.slice(0, Math.max(0, at)).replace(/^\[(.*)\]$/, '$1')
  return isPort && /^[A-Za-z0-9._:-]{1,255}$/.test(host) ? { host, port } : null
}

export interface MemberConfig {
  readonly id: MemberId
  readonly name: string
  readonly client: Address
  /** Where clients that go by slots reach it; absent: as the others. */
  readonly cluster?: Address | undefined
  readonly peer: Address
}

export interface KeyspaceConfig {
  readonly name: string
  /** One-byte strings; the longest prefix of all keyspaces wins. Empty for the default keyspace. */
  readonly prefixes: readonly string[]
  /** Databases it is limited to, or null for all. */
  readonly databases: readonly number[] | null
  readonly level: Level
  readonly strategy: string
  readonly durability: Durability
  /** Bytes of its data on one member; 0 means no bound. */
  readonly maxMemory: number
  /** What goes when the bound is met; absent: what CONFIG SET says, `noeviction` until then. */
  readonly maxMemoryPolicy?: EvictionPolicy | undefined
  /** Options of the strategy plugin, not yet parsed by it. */
  readonly options: Readonly<Record<string, unknown>>
}

export const routings = ['proxy', 'cluster'] as const
/** proxy: commands go where they belong by themselves. cluster: as a node of Redis Cluster, with redirections. */
export type Routing = (typeof routings)[number]

export interface ListenerConfig {
  readonly name: string
  readonly door: 'resp'
  readonly host: string
  readonly port: number
  /** Path of a unix socket instead of host and port, or null. */
  readonly path: string | null
  /** Absent: proxy. */
  readonly routing?: Routing
}

/** A user and its rules, as ACL SETUSER takes them; one-byte strings. */
export interface UserRules {
  readonly name: string
  readonly rules: string
}

/** A shard group: the members that together hold its slots. */
export interface ShardGroup {
  /** Place in the list, from 0: the same at all members. */
  readonly id: number
  /** Its share of the slots, compared with the others'. */
  readonly weight: number
  /** Sorted. */
  readonly members: readonly MemberId[]
}

export interface Config {
  readonly cluster: string
  readonly self: MemberId
  /** Sorted by id. In the core: as the topology has them now. */
  readonly members: readonly MemberConfig[]
  /** The default keyspace is the last one and has no prefixes. */
  readonly keyspaces: readonly KeyspaceConfig[]
  /** Shard groups of each keyspace, with those that are gone; slots are dealt to them in runs by their weights. In the core: as the topology has them now. */
  readonly shards: number
  /** Who holds them; absent where every member is in each of them, and all weigh the same. In the core as `shards`. */
  readonly shardGroups?: readonly ShardGroup[] | undefined
  /** Writes over several groups are split, which is not atomic; else they are refused. */
  readonly gathersWrites: boolean
  readonly listeners: readonly ListenerConfig[]
  readonly directory: string
  /** Force the birth of a cluster with the members that answer. */
  readonly bootstrap: boolean
  readonly password: string | null
  readonly protectedMode: boolean
  /** File of users that ACL SAVE and LOAD use, or null; its content at start is in `users`. */
  readonly aclFile: string | null
  /** Null: only `default`, with `password`. */
  readonly users: readonly UserRules[] | null
  /** Who may use DEBUG: nobody, clients of this machine, everybody. */
  readonly debugCommand: 'no' | 'local' | 'yes'
  /** Names and values as CONFIG SET takes them, set at start. */
  readonly settings: readonly (readonly [name: string, value: string])[]
  readonly peersInsecure: boolean
  /** Bytes of all data on this member, 0 for no bound. */
  readonly maxMemory: number
  readonly clientsMax: number
  readonly bulkBytesMax: number
  readonly databases: number
  readonly requestMs: number
  /** For how long a command waits until this member shows what a session token stands for. */
  readonly sessionWaitMs: number
  readonly clockSkewMs: number
  readonly recoverWaitMs: number
  readonly checkpointLogBytes: number
  readonly checkpointKeysPerSecond: number
  readonly checkpointIntervalMs: number
  readonly freeSpaceReserveBytes: number
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
}

/** Replication groups of the cluster: one for each shard of each keyspace. */
export function groupCount({ keyspaces, shards }: Pick<Config, 'keyspaces' | 'shards'>): number {
  return keyspaces.length * shards
}

type Placement = Pick<Config, 'members' | 'shards' | 'shardGroups'>

export function shardGroupsOf({ members, shards, shardGroups }: Placement): readonly ShardGroup[] {
  if (shardGroups !== undefined) return shardGroups
  const everybody = members.map((member) => member.id)
  return Array.from({ length: shards }, (_, id) => ({ id, weight: 1, members: everybody }))
}

/** Shard groups that the member with most of them holds. */
export function shardsHeldMax({ shards, shardGroups }: Omit<Placement, 'members'>): number {
  if (shardGroups === undefined) return shards
  const ids = new Set(shardGroups.flatMap(({ members }) => members))
  const counts = [...ids].map(
    (id) => shardGroups.filter((group) => group.members.includes(id)).length,
  )
  return Math.max(1, ...counts)
}
