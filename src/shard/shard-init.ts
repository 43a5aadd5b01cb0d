// What a shard is made of.

import type { Times } from '../api/times.js'
import { type Config, type KeyspaceConfig, shardsHeldMax } from '../api/config.js'
import type { Engine, EngineFactory, EngineOptions } from '../api/engine.js'
import type { KeyEvents } from '../api/events.js'
import type { Group } from '../api/group.js'
import type { GroupId, MemberId } from '../api/ids.js'
import type { Rests } from '../api/rest.js'
import type { SlotRun } from '../api/slot-moves.js'
import type {
  CommonKeyspace,
  MemberList,
  Members,
  StrategyPlugin,
  StrategyStatus,
} from '../api/strategy.js'
import type { Random } from '../base/random.js'
import type { Executor } from './executor.js'
import type { Gathering } from './gathering.js'
import { Guests, type GuestsInit } from './guests.js'
import type { Life } from './life.js'
import type { MemberMemory } from './member-memory.js'
import type { ScriptMeans, ScriptSeat } from './scripts.js'
import type { ShardSink } from './sink.js'
import { Storage, type StorageInit } from './storage.js'
import type { Windows } from './windows.js'

export interface ShardInit {
  readonly id: GroupId
  readonly shard: number
  readonly keyspace: KeyspaceConfig
  readonly config: Config
  readonly members: Members
  /** Groups that share the bound of their keyspace: it decides what is refused, so it is the same for all replicas, for ever. */
  readonly memoryParts?: number | undefined
  /** Who holds a replica now, or is on the way to one; absent: `members`. */
  readonly holders?: () => readonly MemberId[]
  /** Of a strategy whose members are followed: the latest list that is known, if they ever changed. */
  readonly list?: (() => MemberList | undefined) | undefined
  readonly plugin: StrategyPlugin
  /** With the other groups of its keyspace at this member, where there are any. */
  readonly common?: CommonKeyspace | undefined
  /** Shared with those groups. */
  readonly gathering?: Gathering | undefined
  /** Of its replicas at other members; absent, strategies keep beating. */
  readonly rests?: Rests
  readonly engine: EngineFactory
  readonly sink: ShardSink
  readonly random: Random
  /** Hears of the keys of the group. */
  readonly events?: KeyEvents
  /** What to add to the wall clock to be at the members' median; 0 while it is near enough. */
  readonly clockOffset: () => number
  /** Where executed commands leave their times. */
  readonly times?: Times
  /** Carries out PUBLISH and SPUBLISH of scripts. */
  readonly scripted?: (db: number, args: readonly string[]) => void
  /** Slots changed hands, and are this group's. */
  readonly came?: (slots: readonly SlotRun[]) => void
  /** What all groups of the member take; absent, no bound is on them together. */
  readonly memory?: MemberMemory
  /** Its log is synced, whatever the durability says of what an era may lose. */
  readonly isStrict?: boolean
  /** Who runs scripts; absent, they are refused. */
  readonly scripts?: ScriptMeans | undefined
}

export function engineOptionsOf(init: ShardInit, time: () => number, life: Life): EngineOptions {
  const { keyspace, config, plugin } = init
  const { maxMemoryPolicy } = keyspace
  const { databases, bulkBytesMax } = config
  const maxMemory = Math.ceil(keyspace.maxMemory / (init.memoryParts ?? shardsHeldMax(config)))
  const yields = keyspace.name === 'default'
  const merges = plugin.supports.order !== 'total'
  const seat = (): number => {
    const { members } = init
    const first = [...members.voters, ...members.learners].sort((a, b) => a - b)
    return (init.list?.()?.seats ?? first).indexOf(config.self)
  }
  const versionBase = merges ? () => life.versionBase(config.self) : undefined
  const options = { databases, bulkBytesMax, maxMemory, maxMemoryPolicy, yields, merges, seat }
  return { ...options, versionBase, time }
}

/** Members that serve clients of the group without a replica: none where everybody has one. */
export function guestsOf(
  { config, members, holders, plugin, sink }: ShardInit,
  shard: { readonly engine: Engine; status(): StrategyStatus | null },
  of: Pick<GuestsInit, 'windows' | 'isLeader' | 'applied' | 'settled'> & { readonly life: Life },
): Guests {
  const guests = (): readonly MemberId[] => {
    if (config.shardGroups === undefined) return []
    const held = holders?.() ?? [...members.voters, ...members.learners]
    return config.members.map(({ id }) => id).filter((id) => !held.includes(id))
  }
  const databases = Array.from({ length: config.databases }, (_, db) => db)
  const merges = plugin.supports.order !== 'total'
  return new Guests({
    ...of,
    guests,
    merges,
    sink,
    leads: () => of.isLeader() && shard.status()?.isClosed !== true,
    term: () => (merges ? of.life.number : (shard.status()?.term ?? 0)),
    counts: () =>
      databases
        .map((db) => {
          const { engine } = shard
          const [keys, expires] = [engine.keyCount(db), engine.expiresCount(db)]
          return { db, keys, expires, averageTtl: engine.averageTtl(db) }
        })
        .filter(({ keys }) => keys > 0),
  })
}

/** How a backup asks the group. */
type Asking = Pick<StorageInit['host'], 'submit' | 'supports'>

export function storageOf(
  init: ShardInit,
  shard: Pick<Group, 'submit'> & { readonly engine: Engine },
  of: Pick<StorageInit, 'makeEngine' | 'windows' | 'membership'> &
    Omit<StorageInit['host'], keyof Asking>,
): Storage {
  const { makeEngine, windows, membership, ...rest } = of
  const { supports } = init.plugin
  const submit: Asking['submit'] = (lane, call) => shard.submit(lane, call)
  const host = {
    ...rest,
    submit,
    supports,
  }
  return new Storage({
    group: init.id,
    config: init.config,
    durability: init.keyspace.durability,
    isStrict: init.isStrict,
    sink: init.sink,
    membership,
    merges: init.plugin.supports.order !== 'total',
    makeEngine,
    windows,
    host,
  })
}

/** Where scripts run, or undefined. */
export function seatOf(
  init: ShardInit,
  windows: Windows,
  executor: () => Executor,
): ScriptSeat | undefined {
  const { id, scripts } = init
  return scripts && { group: id, means: scripts, windows, executor }
}
