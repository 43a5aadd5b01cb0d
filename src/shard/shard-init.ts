// What a shard is made of.

import type { Times } from '../api/times.js'
import type { Config, KeyspaceConfig } from '../api/config.js'
import type { EngineFactory, EngineOptions } from '../api/engine.js'
import type { KeyEvents } from '../api/events.js'
import type { GroupId } from '../api/ids.js'
import type { CommonKeyspace, Members, StrategyPlugin } from '../api/strategy.js'
import type { Random } from '../base/random.js'
import type { Executor } from './executor.js'
import type { Gathering } from './gathering.js'
import type { MemberMemory } from './member-memory.js'
import type { ScriptMeans, ScriptSeat } from './scripts.js'
import type { ShardSink } from './sink.js'
import type { Windows } from './windows.js'

export interface ShardInit {
  readonly id: GroupId
  readonly shard: number
  readonly keyspace: KeyspaceConfig
  readonly config: Config
  readonly members: Members
  readonly plugin: StrategyPlugin
  /** With the other groups of its keyspace at this member, where there are any. */
  readonly common?: CommonKeyspace | undefined
  /** Shared with those groups. */
  readonly gathering?: Gathering | undefined
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
  /** What all groups of the member take; absent, no bound is on them together. */
  readonly memory?: MemberMemory
  /** Who runs scripts; absent, they are refused. */
  readonly scripts?: ScriptMeans | undefined
}

export function engineOptionsOf(
  { keyspace, config, plugin, members }: ShardInit,
  time: () => number,
): EngineOptions {
  const { maxMemoryPolicy } = keyspace
  const { databases, bulkBytesMax, shards } = config
  const maxMemory = Math.ceil(keyspace.maxMemory / shards)
  const yields = keyspace.name === 'default'
  const merges = plugin.supports.order !== 'total'
  const seat = [...members.voters, ...members.learners].sort((a, b) => a - b).indexOf(config.self)
  return { databases, bulkBytesMax, maxMemory, maxMemoryPolicy, yields, merges, seat, time }
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
