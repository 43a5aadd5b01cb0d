// An engine for tests of the shard: a Map of strings with a log of what ran. `slow` commands answer
// after as many steps as their first argument says; a key named `due...` needs the log to be read.

import { type Engine, later, needsLog } from '../../src/api/engine.js'
import { ok, type Reply } from '../../src/api/reply.js'
import { hashString, hashZero } from '../../src/base/hash.js'

export class MapEngine implements Engine {
  readonly waiting = null
  readonly commands = new Map()
  readonly memoryBytes = 0
  readonly dirtyKeys = 0
  readonly counters = { hits: 0, misses: 0, expired: 0, evicted: 0, changed: 0 }
  readonly data = new Map<string, string>()
  /** Every command as it ran, in order; reads outside the log in parentheses. */
  readonly ran: string[] = []
  clock = 0
  due: number[] = []
  #steps = 0

  beginEntry(stamp: number): void {
    this.clock = Math.max(this.clock, stamp)
  }

  execute(_db: number, args: readonly string[]): Reply | typeof later {
    this.ran.push(args.join(' '))
    return this.#run(args)
  }

  read(_db: number, args: readonly string[]): Reply | typeof later | typeof needsLog {
    if (args[1]?.startsWith('due') === true) return needsLog
    this.ran.push(`(${args.join(' ')})`)
    return this.#run(args)
  }

  watchKeys(): void {}

  step(): Reply | typeof later {
    this.#steps--
    return this.#steps <= 0 ? ok : later
  }

  expireDue(keysMax: number): number {
    const gone = this.due.filter((at) => at <= this.clock).slice(0, keysMax)
    this.due = this.due.slice(gone.length)
    return gone.length
  }

  nextExpiry(): number | null {
    return this.due[0] ?? null
  }

  digest() {
    return { ...hashZero, low: hashString([...this.data].join()) }
  }

  keyCount(): number {
    return this.data.size
  }

  slotKeyCount(): number {
    return 0
  }

  slotKeys(): readonly string[] {
    return []
  }

  expiresCount(): number {
    return this.due.length
  }

  averageTtl(): number {
    return 0
  }

  slotVersion(): number {
    return 0
  }

  checkpointBegin(): void {}

  checkpointStep() {
    return { puts: [], keys: 0, manifest: new Uint8Array(1) }
  }

  checkpointFinish(): void {}

  checkpointAbort(): void {}

  checkpointGarbage(): readonly string[] {
    return []
  }

  load(): void {}

  loadFinish(): string | null {
    return null
  }

  #run(args: readonly string[]): Reply | typeof later {
    const [name, key, value] = args as [string, string, string]
    if (name === 'slow') {
      this.#steps = Number(key)
      return later
    }
    if (name === 'get') return this.data.get(key) ?? null
    this.data.set(key, value)
    return ok
  }
}
