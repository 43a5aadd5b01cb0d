// The topology: what must be the same at every member, as one document with an epoch. A small Raft group of its
// own keeps it; every member has a copy. Text of one-byte characters, as keys and values are.

import { clusterVersionFirst } from './cluster-version.js'
import { type Config, type MemberConfig, shardGroupsOf, writeAddress } from './config.js'
import type { GroupId, MemberId } from './ids.js'

export interface TopologyMember {
  readonly id: MemberId
  readonly name: string
  /** Where clients reach it, as `127.0.0.1:7001`. */
  readonly address: string
  readonly peer: string
  /** Where clients that go by slots reach it; absent: as the others. */
  readonly cluster?: string
  /** Of one that joined: the run in which it began, so that a later one with an empty disk knows that it lost one. */
  readonly life?: number
}

/** A member on its way out of its groups. */
export interface Leaving {
  readonly id: MemberId
  /** Takes its place; absent: nobody. */
  readonly by?: MemberId
  /** What nobody but it has may be lost. */
  readonly isForced?: true
  /** Shard groups that it holds until it is gone; absent, as earlier builds had it: all. */
  readonly held?: readonly number[]
  /** Groups without it, as those say who lead them and the topology's leader may not see. */
  readonly free?: readonly GroupId[]
}

/** Who came and who went. */
export interface TopologyRoster {
  /** Members that the groups began with. */
  readonly born: readonly MemberId[]
  /** All that ever came behind those, in their order; absent for none. */
  readonly came?: readonly MemberId[]
  readonly leaving: readonly Leaving[]
  /** Ids of those that were removed: they are never used again. */
  readonly gone: readonly MemberId[]
}

export interface TopologyShard {
  readonly id: number
  /** Its share of the slots, against the others'. */
  readonly weight: number
  /** Ascending. */
  readonly members: readonly MemberId[]
  /** All that ever held it, in the order in which they came; absent while they are those that it began with. */
  readonly seats?: readonly MemberId[]
  /** Who joins does not get a replica of it by that. */
  readonly isPlaced?: boolean
  /** Of one that was added at run time: members that its groups began with. */
  readonly born?: readonly MemberId[]
  /** Out: on its way, without a share of the slots; then gone, and its id is never used again. */
  readonly out?: 'leaving' | 'gone'
}

/** A run of slots, both ends included, and the id of the shard group that owns it. */
export type OwnedSlots = readonly [from: number, to: number, shard: number]

/** What CONFIG SET set for the whole cluster. */
export type SharedSetting = readonly [name: string, value: string]

/**
 * The rules of a user that ACL commands made or changed, as ACL LIST shows them; null for one that is gone. `since` is
 * the epoch in which it was made anew: until then somebody else had the name.
 */
export type SharedUser = readonly [name: string, rules: string | null, since?: number]

export interface TopologyChange {
  readonly epoch: number
  /** Wall milliseconds at the member that asked for it. */
  readonly at: number
  readonly by: MemberId
  /** In the words of whoever asked; no secrets. */
  readonly what: string
}

/** Slots that are to go from one shard group to another. */
export interface PlannedMove {
  readonly slots: readonly (readonly [from: number, to: number])[]
  readonly from: number
  readonly to: number
}

/** On their way. */
export interface SlotMove extends PlannedMove {
  readonly id: number
  /** Keyspaces of which nothing is on its way any more, with the slots that went. */
  readonly done: readonly (readonly [keyspace: string, went: SlotMove['slots']])[]
  /** What has not gone stays. */
  readonly isCancelled: boolean
}

/** Slots of a keyspace whose members merge, about to change hands. */
export interface SlotHand {
  /** Never used again. */
  readonly attempt: number
  /** Drives it. */
  readonly by: MemberId
  readonly from: number
  readonly to: number
  readonly slots: SlotMove['slots']
}

/** Of one keyspace. */
export interface KeyspaceHands {
  readonly hand: SlotHand | null
  /** Slots that are others' than the map says. */
  readonly apart: readonly OwnedSlots[]
  /** Hand-overs that are done. */
  readonly counts: readonly (readonly [from: number, to: number, count: number])[]
}

export interface Topology {
  /** Of the group that keeps it: one that began since may have lost later epochs. */
  readonly era: number
  /** Grows by one with each change; 0 for what the configuration says, before the group kept anything. */
  readonly epoch: number
  readonly members: readonly TopologyMember[]
  readonly shards: readonly TopologyShard[]
  readonly slots: readonly OwnedSlots[]
  /** Under way, in their order: the first one moves. Absent where there never was one. */
  readonly moves?: readonly SlotMove[]
  /** Keyspaces whose slots stay where they were before the first move; absent: none, or nothing moved yet. */
  readonly rooted?: readonly string[]
  /** Of keyspaces whose slots change hands by the topology; absent where none did. */
  readonly hands?: readonly (readonly [keyspace: string, hands: KeyspaceHands])[]
  readonly settings: readonly SharedSetting[]
  readonly users: readonly SharedUser[]
  /** The latest ones, oldest first. */
  readonly changes: readonly TopologyChange[]
  /** What may be used in the cluster; absent: 1. It never falls. */
  readonly version?: number
  /** Absent while members are those of the files; from then on the files' lists count no more. */
  readonly roster?: TopologyRoster
}

/** What of a topology comes from configuration files, which agree at all members; `slots` at its beginning only. */
export type Founding = Pick<Topology, 'members' | 'shards' | 'slots'>

const format = 1
/** Changes that are told of. */
const changesMax = 32

export function foundingOf(
  config: Pick<Config, 'members' | 'shards' | 'shardGroups'>,
  slots: readonly OwnedSlots[],
): Founding {
  return { members: config.members.map(memberOf), shards: shardGroupsOf(config), slots }
}

function memberOf({ id, name, client, peer, cluster }: MemberConfig): TopologyMember {
  const own = { id, name, address: writeAddress(client), peer: writeAddress(peer) }
  return cluster === undefined ? own : { ...own, cluster: writeAddress(cluster) }
}

export function firstTopology(founding: Founding): Topology {
  return { ...founding, era: 0, epoch: 0, settings: [], users: [], changes: [] }
}

/** `topology` with the next epoch, and why it is there. */
export function nextTopology(
  topology: Topology,
  era: number,
  change: Omit<TopologyChange, 'epoch'>,
): Topology {
  const epoch = topology.epoch + 1
  // Steps that are many and no operator's are left out.
  const made = change.what === '' ? [] : [{ epoch, ...change }]
  const changes = [...topology.changes, ...made].slice(-changesMax)
  return { ...topology, era, epoch, changes }
}

export function versionOf({ version }: Topology): number {
  return version ?? clusterVersionFirst
}

export function isLater(one: Topology, other: Topology): boolean {
  return one.era > other.era || (one.era === other.era && one.epoch > other.epoch)
}

/** Lays what the files say over `topology`; null where it is there. Slots stay, if their shard groups do. */
export function founded(topology: Topology, founding: Founding): Topology | null {
  const { members, shards } = founding
  if (topology.roster !== undefined) return null
  const isKept = JSON.stringify(topology.shards) === JSON.stringify(shards)
  if (topology.epoch > 0 && isKept && sameMembers(topology.members, members)) {
    return null
  }
  return { ...topology, members, shards, slots: isKept ? topology.slots : founding.slots }
}

export function sameMembers(
  one: readonly TopologyMember[],
  other: readonly TopologyMember[],
): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** `pairs` with these laid over them, by name, sorted. */
export function overlaid<T extends readonly [string, ...unknown[]]>(
  pairs: readonly T[],
  over: readonly T[],
): T[] {
  const made = new Map(pairs.map((pair) => [pair[0], pair]))
  for (const pair of over) made.set(pair[0], pair)
  return [...made.values()].sort((a, b) => (a[0] < b[0] ? -1 : 1))
}

export function withUsers(topology: Topology, users: readonly SharedUser[]): Topology {
  const known = new Map(topology.users.map((user) => [user[0], user]))
  const made = users.map(([name, rules]): SharedUser => {
    const before = known.get(name)
    const since = before?.[1] === null ? topology.epoch + 1 : before?.[2]
    return rules === null || since === undefined ? [name, rules] : [name, rules, since]
  })
  return { ...topology, users: overlaid(topology.users, made) }
}

export function encodeTopology(topology: Topology): string {
  return JSON.stringify({ format, ...topology })
}

/** Null where the text is no topology of a format that this version knows. */
export function decodeTopology(text: string): Topology | null {
  const found = parse(text)
  if (typeof found !== 'object' || found === null) return null
  if (!('format' in found) || found.format !== format) return null
  return isTopology(found) ? found : null
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isTopology(found: object): found is Topology {
  const lists = ['members', 'shards', 'slots', 'settings', 'users', 'changes']
  const fields = new Map<string, unknown>(Object.entries(found))
  const isNumbered = ['era', 'epoch'].every((name) => Number.isSafeInteger(fields.get(name)))
  return isNumbered && lists.every((name) => Array.isArray(fields.get(name)))
}
