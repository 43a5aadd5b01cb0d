// What CONFIG GET and SET know: Redis' names over our configuration. Some may change while the
// member runs; the rest answer Redis' refusal. Values are strings, as clients see them.

import type { Config } from '../api/config.js'
import { type GroupSettings, isGroupSetting, settingOf } from '../api/group-settings.js'
import { limits } from '../api/limits.js'
import {
  type Check,
  eventClasses,
  integerBetween,
  memoryBetween,
  memoryOrPercent,
  oneOf,
  outputLimits,
  percentiles,
  sameOnly,
  savePoints,
  yesOrNo,
} from './setting-checks.js'
import {
  aliases,
  choices,
  fixed,
  held,
  integers,
  sizes,
  switches,
  texts,
} from './settings-table.js'

interface Setting {
  value: string
  /** Null for what is set at start only. */
  readonly check: Check | null
  /** Would let a client choose paths. */
  readonly isProtected: boolean
  /** CONFIG SET changed it. */
  isChanged: boolean
}

/** Why CONFIG SET was refused: the option and the reason, without Redis' frame around them. */
export interface SettingFault {
  readonly name: string
  readonly why: string
}

/** A setting that may be set to `value`. */
export interface JudgedSetting {
  readonly name: string
  readonly value: string
}

const anyText: Check = (value) => ({ value })
const mib = 1024 * 1024
const sharedOnly = 'holds for the whole cluster: CONFIG SET takes it, and the file has memory.max'

export class Settings {
  readonly #settings = new Map<string, Setting>()
  readonly #aliases: ReadonlyMap<string, string> = new Map(aliases)
  readonly #watchers = new Map<string, ((value: string) => void)[]>()
  /** What the groups keep. */
  #shared: () => GroupSettings | undefined = () => undefined
  #version = 0
  #idleMs = 0

  constructor(config: Config) {
    for (const [name, value] of fixed) this.#add(name, value, null)
    for (const [name, value, min, max] of integers) {
      this.#add(name, String(value), integerBetween(min, max))
    }
    for (const [name, value] of sizes) {
      this.#add(name, value, memoryBetween(0, Number.MAX_SAFE_INTEGER))
    }
    for (const [name, value] of switches) this.#add(name, value, yesOrNo)
    for (const [name, value, words] of choices) this.#add(name, value, oneOf(words))
    for (const [name, value] of texts) this.#add(name, value, anyText)
    this.#addOwn(config)
    for (const name of held) this.#add(name, this.get(name) ?? '', sameOnly)
    for (const name of ['dir', 'dbfilename']) this.#protect(name)
    this.#version++
  }

  get(name: string): string | undefined {
    return this.#sharedValue(this.#aliases.get(name) ?? name) ?? this.#of(name)?.value
  }

  /** Where to look for what holds for the whole cluster. */
  follow(shared: () => GroupSettings | undefined): void {
    this.#shared = shared
  }

  #sharedValue(name: string): string | undefined {
    if (!isGroupSetting(name)) return undefined
    const shared = this.#shared()
    const value = shared === undefined ? null : settingOf(shared, name)
    return value === null ? undefined : String(value)
  }

  /** A numeric setting; they are checked when set. */
  integer(name: string): number {
    return Number(this.get(name) ?? '0')
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version
  }

  /** Milliseconds of silence after which a connection is closed, 0 for never. */
  get idleMs(): number {
    return this.#idleMs
  }

  /** Old names included. */
  *names(): Generator<string> {
    yield* this.#settings.keys()
    yield* this.#aliases.keys()
  }

  /** `act` gets the value now and after each CONFIG SET of it. */
  watch(name: string, act: (value: string) => void): void {
    const watchers = this.#watchers.get(name) ?? []
    watchers.push(act)
    this.#watchers.set(name, watchers)
    act(this.get(name) ?? '')
  }

  /** What CONFIG SET changed, for CONFIG REWRITE. */
  changed(): readonly (readonly [name: string, value: string])[] {
    const made: (readonly [string, string])[] = []
    for (const [name, { value, isChanged }] of this.#settings) {
      if (isChanged) made.push([name, value])
    }
    return made
  }

  /** What is set now is what the member was started with. */
  forgetChanges(): void {
    for (const setting of this.#settings.values()) setting.isChanged = false
  }

  /** Sets all of the pairs, or none of them. All names exist. */
  set(pairs: ReadonlyMap<string, string>): SettingFault | null {
    const judged = this.judge(pairs)
    if ('why' in judged) return judged
    const shared = judged.find(({ name }) => isGroupSetting(name))
    if (shared !== undefined) return { name: shared.name, why: sharedOnly }
    this.keep(judged)
    return null
  }

  /** The pairs as they would be set, or why one of them cannot. All names exist. */
  judge(pairs: ReadonlyMap<string, string>): readonly JudgedSetting[] | SettingFault {
    const values: JudgedSetting[] = []
    for (const [name, text] of pairs) {
      const setting = this.#of(name)
      if (setting === undefined) return { name, why: 'there is no such setting' }
      if (setting.isProtected) return { name, why: "can't set protected config" }
      if (setting.check === null) return { name, why: "can't set immutable config" }
      const checked = setting.check(text, setting.value)
      if ('fault' in checked) return { name, why: checked.fault }
      values.push({ name: this.#aliases.get(name) ?? name, value: checked.value })
    }
    return values
  }

  /** Sets what was judged; what the groups keep is theirs. */
  keep(judged: readonly JudgedSetting[]): void {
    const values = judged.filter(({ name }) => !isGroupSetting(name))
    for (const { name, value } of values) {
      const setting = this.#settings.get(name) as Setting
      setting.value = value
      setting.isChanged = true
    }
    this.#version++
    this.#idleMs = this.integer('timeout') * 1_000
    for (const { name, value } of values) {
      for (const act of this.#watchers.get(name) ?? []) act(value)
    }
  }

  #of(name: string): Setting | undefined {
    return this.#settings.get(name) ?? this.#settings.get(this.#aliases.get(name) ?? '')
  }

  #add(name: string, value: string, check: Check | null): void {
    this.#settings.set(name, { value, check, isProtected: false, isChanged: false })
  }

  /** Keeps the check of the table. */
  #begin(name: string, value: string): void {
    const setting = this.#settings.get(name)
    if (setting !== undefined) setting.value = value
  }

  #protect(name: string): void {
    const setting = this.#of(name)
    if (setting !== undefined) this.#settings.set(name, { ...setting, isProtected: true })
  }

  /** What this member is configured to, and what is bounded in another way than in Redis. */
  #addOwn(config: Config): void {
    const listener = config.listeners[0]
    const space = config.keyspaces.at(-1)
    const isDurable = config.keyspaces.some((keyspace) => keyspace.durability !== 'none')
    const fix = (name: string, value: string): void => this.#add(name, value, null)
    this.#add('requirepass', config.password ?? '', anyText)
    this.#add('maxclients', String(config.clientsMax), integerBetween(1, 4_294_967_295))
    this.#add('protected-mode', config.protectedMode ? 'yes' : 'no', yesOrNo)
    const bulk = memoryBetween(mib, limits.valueBytesCeiling)
    this.#add('proto-max-bulk-len', String(config.bulkBytesMax), bulk)
    const query = memoryBetween(mib, Number.MAX_SAFE_INTEGER)
    this.#add('client-query-buffer-limit', String(limits.queryBytesMax), query)
    const output = `normal ${limits.outputHardBytes} 0 0`
    const others = 'slave 268435456 67108864 60 pubsub 33554432 8388608 60'
    this.#add('client-output-buffer-limit', `${output} ${others}`, outputLimits)
    this.#add('latency-tracking-info-percentiles', '50 99 99.9', percentiles)
    this.#add('notify-keyspace-events', '', eventClasses)
    this.#add('oom-score-adj-values', '0 200 800', anyText)
    this.#add('save', '', savePoints)
    this.#add('maxmemory-clients', '0', memoryOrPercent)
    this.#add('repl-backlog-size', String(mib), memoryBetween(1, Number.MAX_SAFE_INTEGER))
    this.#begin('maxmemory', String(space?.maxMemory || config.maxMemory))
    this.#begin('maxmemory-policy', space?.maxMemoryPolicy ?? 'noeviction')
    fix('databases', String(config.databases))
    fix('port', String(listener?.port ?? 0))
    fix('bind', listener?.host ?? '')
    fix('unixsocket', listener?.path ?? '')
    fix('appendonly', isDurable ? 'yes' : 'no')
    fix('appendfsync', space?.durability === 'everysec' ? 'everysec' : 'always')
    fix('dir', config.directory)
    fix('dbfilename', '')
    fix('logfile', '')
    fix('aclfile', config.aclFile ?? '')
    fix('enable-debug-command', config.debugCommand)
    fix('cluster-enabled', 'no')
  }
}
