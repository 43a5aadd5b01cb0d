// Which members hold which groups, in worlds where that is not all of them, and who serves clients without any.

import { keySlot } from '../../src/base/keyslot.js'
import type { Random } from '../../src/base/random.js'
import { SlotMap } from '../../src/slots/map.js'
import type { Profile } from './profile.js'

const placements: readonly {
  readonly groups: readonly (readonly number[])[]
  readonly members: number
}[] = [
  { groups: [[1, 2, 3]], members: 4 },
  { groups: [[1, 2, 3]], members: 5 },
  { groups: [[1], [2]], members: 3 },
  {
    groups: [
      [1, 2, 3],
      [2, 3, 4],
    ],
    members: 4,
  },
  {
    groups: [
      [1, 2, 3],
      [3, 4, 5],
    ],
    members: 5,
  },
]

/** One group and members without it, or two groups. */
export function drawPlacement({ workload }: Profile, random: Random): Partial<Profile> {
  const { groups: placement, members } = random.pick(placements)
  if (placement.length === 1) return { members, shards: 1, placement }
  return { members, placement, ...inShards(workload, 2) }
}

/** Where it is asked for, at level eventual: groups of a keyspace that speak together. */
export function givenShards({ level, workload }: Profile, shards = 1): Partial<Profile> {
  return level === 'causal' || shards === 1 ? {} : inShards(workload, shards)
}

/** Several groups in every keyspace: what names several keys would have them in several groups. */
function inShards(workload: Profile['workload'], shards: number): Partial<Profile> {
  const alone = { ...workload, transactions: 0, scripts: 0, surface: 0 }
  return { shards, workload: alone, maxMemory: 0 }
}

/** Members with a replica of a group. */
export function holdersOf(profile: Profile, group: number): readonly number[] {
  const { placement, members } = profile
  const all = Array.from({ length: members }, (_, at) => at + 1)
  return placement?.[Math.floor(group / keyspaceCount(profile))] ?? all
}

/** It holds no replica of any group; where groups come and go, anybody may be one. */
export function isGuest({ placement, grows }: Profile, member: number): boolean {
  if (placement === null) return false
  return grows || placement.every((holders) => !holders.includes(member))
}

/** Others hold whatever this member does. */
export function isReplicated({ placement, members }: Profile, member: number): boolean {
  const isAlone = placement?.some((ids) => ids.length < 3 && ids.includes(member)) === true
  return members >= 3 && !isAlone
}

/** The group of a key: one per keyspace of each shard, in the order of cluster-config, where the default one comes last. */
export function groupOf(profile: Profile, key: string): number {
  const { shards, workload } = profile
  const inShard = [...workload.prefixes].reverse().findIndex((prefix) => key.startsWith(prefix))
  const first = SlotMap.even(shards).shardOf(keySlot(key)) * keyspaceCount(profile)
  return first + firstGroup(profile) + inShard
}

export function keyspaceCount({ workload, rooted }: Profile): number {
  return workload.prefixes.length + (rooted ? 1 : 0)
}

/** The first group that the oracles of one order look at. */
export function firstGroup({ rooted }: Profile): number {
  return rooted ? 1 : 0
}
