// What CONFIG GET and SET know: Redis' names over our configuration. Some may change while the
// member runs; the rest answer Redis' refusal. Values are strings, as clients see them.

import type { Config } from '../api/config.js'
import { limits } from '../api/limits.js'
import { parseInteger, parseMemory } from './numbers.js'

/** immutable: set at start only. protected: would let a client choose paths. */
type Access = 'mutable' | 'immutable' | 'protected'

interface Setting {
  readonly access: Access
  value: string
  /** Null when the text is fine, else Redis' words for what is wrong; may rewrite the value. */
  readonly check: ((text: string) => { value: string } | { fault: string }) | null
}

/** Why CONFIG SET was refused: the option and the reason, without Redis' frame around them. */
export interface SettingFault {
  readonly name: string
  readonly why: string
}

export class Settings {
  readonly #settings: ReadonlyMap<string, Setting>
  #version = 0
  #idleMs = 0

  constructor(config: Config) {
    this.#settings = makeSettings(config)
  }

  get(name: string): string | undefined {
    return this.#settings.get(name)?.value
  }

  /** A numeric setting; they are checked when set. */
  integer(name: string): number {
    return Number(this.#settings.get(name)?.value ?? '0')
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version
  }

  /** Milliseconds of silence after which a connection is closed, 0 for never. */
  get idleMs(): number {
    return this.#idleMs
  }

  names(): Iterable<string> {
    return this.#settings.keys()
  }

  /** Sets all of the pairs, or none of them. All names exist. */
  set(pairs: ReadonlyMap<string, string>): SettingFault | null {
    const values: [Setting, string][] = []
    for (const [name, text] of pairs) {
      const setting = this.#settings.get(name)
      if (setting === undefined) return { name, why: 'there is no such setting' }
      if (setting.access === 'immutable') return { name, why: "can't set immutable config" }
      if (setting.access === 'protected') return { name, why: "can't set protected config" }
      const checked = setting.check === null ? { value: text } : setting.check(text)
      if ('fault' in checked) return { name, why: checked.fault }
      values.push([setting, checked.value])
    }
    for (const [setting, value] of values) setting.value = value
    this.#version++
    this.#idleMs = this.integer('timeout') * 1_000
    return null
  }
}

function integerBetween(min: number, max: number): Setting['check'] {
  return (text) => {
    const value = parseInteger(text)
    if (value === null) return { fault: "argument couldn't be parsed into an integer" }
    if (value < min || value > max) {
      return { fault: `argument must be between ${min} and ${max} inclusive` }
    }
    return { value: String(value) }
  }
}

function memoryBetween(min: number, max: number): Setting['check'] {
  return (text) => {
    const value = parseMemory(text)
    if (value === null) return { fault: 'argument must be a memory value' }
    if (value < min || value > max) {
      return { fault: `argument must be between ${min} and ${max} inclusive` }
    }
    return { value: String(value) }
  }
}

function yesOrNo(text: string): { value: string } | { fault: string } {
  const value = text.toLowerCase()
  return value === 'yes' || value === 'no' ? { value } : { fault: "argument must be 'yes' or 'no'" }
}

function makeSettings(config: Config): Map<string, Setting> {
  const made = new Map<string, Setting>()
  const fixed = (name: string, value: string, access: Access = 'immutable'): void => {
    made.set(name, { access, value, check: null })
  }
  const open = (name: string, value: string, check: Setting['check'] = null): void => {
    made.set(name, { access: 'mutable', value, check })
  }
  const listener = config.listeners[0]
  const space = config.keyspaces.at(-1)
  const isDurable = config.keyspaces.some((keyspace) => keyspace.durability !== 'none')

  open('requirepass', config.password ?? '')
  open('maxclients', String(config.clientsMax), integerBetween(1, 1_000_000))
  open('timeout', '0', integerBetween(0, 2_147_483_647))
  // Taken so that tools can set them; nothing is slow-logged yet.
  open('slowlog-log-slower-than', '10000', integerBetween(-1, Number.MAX_SAFE_INTEGER))
  open('slowlog-max-len', '128', integerBetween(0, Number.MAX_SAFE_INTEGER))
  open('protected-mode', config.protectedMode ? 'yes' : 'no', yesOrNo)
  open(
    'proto-max-bulk-len',
    String(config.bulkBytesMax),
    memoryBetween(1024 * 1024, limits.valueBytesCeiling),
  )
  open('acllog-max-len', '128', integerBetween(0, Number.MAX_SAFE_INTEGER))
  fixed('tcp-keepalive', '300')
  fixed('latency-monitor-threshold', '0')
  fixed('latency-tracking', 'no')
  fixed('notify-keyspace-events', '')
  fixed('client-query-buffer-limit', String(limits.queryBytesMax))
  fixed('client-output-buffer-limit', `normal ${limits.outputHardBytes} 0 0`)
  fixed('maxmemory', String(space?.maxMemory ?? 0))
  fixed('maxmemory-policy', 'noeviction')
  fixed('maxmemory-samples', '5')
  fixed('databases', String(config.databases))
  fixed('port', String(listener?.port ?? 0))
  fixed('bind', listener?.host ?? '')
  fixed('unixsocket', listener?.path ?? '')
  fixed('tls-port', '0')
  fixed('cluster-enabled', 'no')
  fixed('replica-read-only', 'yes')
  fixed('slave-read-only', 'yes')
  fixed('save', '')
  fixed('appendonly', isDurable ? 'yes' : 'no')
  fixed('appendfsync', space?.durability === 'everysec' ? 'everysec' : 'always')
  fixed('dir', config.directory, 'protected')
  fixed('dbfilename', '', 'protected')
  fixed('loglevel', config.logLevel)
  fixed('io-threads', '1')
  fixed('lua-time-limit', '5000')
  fixed('busy-reply-threshold', '5000')
  fixed('hash-max-listpack-entries', String(limits.segmentEntriesMax))
  fixed('list-max-listpack-size', String(limits.segmentEntriesMax))
  fixed('set-max-intset-entries', String(limits.segmentEntriesMax))
  fixed('zset-max-listpack-entries', String(limits.segmentEntriesMax))
  return made
}
