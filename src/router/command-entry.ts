// One command of the merged table, prepared for dispatch: the questions asked per call are answered
// once here. `R` is how the router runs its own commands; null for a command of the engine.

import type { CommandSpec } from '../api/command.js'
import { mayReplicate, scriptCommands } from '../api/scripts.js'
import { findKeys, isFixed } from '../api/keys.js'
import { namesDatabase } from './other-database.js'

/** Counters for INFO commandstats. */
export interface CommandCounters {
  calls: number
  /** Refused before execution: arity, authentication, loading. */
  rejected: number
  /** Executed and answered with an error. */
  failed: number
  /** Microseconds, shared out by the batch. */
  microseconds: number
  /** Calls in the batch that runs now. */
  batchCalls: number
}

/** Commands that take effect at once inside MULTI. */
const immediate: ReadonlySet<string> = new Set([
  'exec',
  'discard',
  'multi',
  'watch',
  'quit',
  'reset',
])

export class CommandEntry<R = unknown> {
  readonly spec: CommandSpec
  readonly name: string
  /** What the engine finds in args[0]: the container's name for a subcommand. */
  readonly engineName: string
  readonly run: R | null
  /** Waits until all earlier commands of the connection are answered. */
  readonly isBarrier: boolean
  readonly isWrite: boolean
  /** A pause of writes holds it. */
  readonly isPausable: boolean
  readonly isBlocking: boolean
  /** The leader of its group runs scripts for it. */
  readonly isScripted: boolean
  /** It listens or publishes: waits for no confirmation of its like, and its own messages follow its reply. */
  readonly isPubsub: boolean
  /** What it reads may be kept by clients in tracking mode. */
  readonly isTracked: boolean
  readonly needsAuth: boolean
  /** It is timed by itself. */
  readonly isCostly: boolean
  readonly runsWhileLoading: boolean
  /** A script that runs for long does not stand against it. */
  readonly runsWhileBusy: boolean
  /** Inside MULTI it waits for EXEC. */
  readonly isQueued: boolean
  readonly isKeyless: boolean
  /** Where its keys stand depends on the arguments: `findKeys` of api/keys knows. */
  readonly hasMovableKeys: boolean
  /** Index of the first key in the arguments, 0 for none. Movable ones are left out. */
  readonly firstKey: number
  readonly lastKey: number
  readonly keyStep: number
  /** Exactly one key at `firstKey`, and no database named beside it. */
  readonly hasOneKey: boolean
  readonly #arity: number
  /** By lower-case second word, for a container; else null. */
  readonly subcommands: Map<string, CommandEntry<R>> | null
  readonly counters: CommandCounters

  constructor(
    spec: CommandSpec,
    options: { readonly run: R | null; readonly barrier: boolean; readonly container: boolean },
  ) {
    this.spec = spec
    this.name = spec.name
    this.engineName = spec.name.includes('|')
      ? spec.name.slice(0, spec.name.indexOf('|'))
      : spec.name
    this.run = options.run
    this.isBarrier = options.barrier
    this.isWrite = spec.flags.includes('write')
    const isWritingScript = isScript(spec.name) && !spec.name.endsWith('_ro')
    this.isPausable = this.isWrite || isWritingScript || mayReplicate.has(spec.name)
    this.isBlocking = spec.flags.includes('blocking')
    this.isScripted = options.run === null && scriptCommands.has(this.engineName)
    this.isPubsub = spec.flags.includes('pubsub') && !spec.name.startsWith('pubsub|')
    // What a script reads it reads of its keys.
    this.isTracked =
      (spec.flags.includes('readonly') || isScript(spec.name)) && spec.keys.length > 0
    this.isCostly = spec.complexity !== 'O(1)'
    this.needsAuth = !spec.flags.includes('no_auth')
    this.runsWhileLoading = spec.flags.includes('loading')
    this.runsWhileBusy = spec.flags.includes('allow_busy')
    this.isQueued = !immediate.has(spec.name)
    const fixed = spec.keys.filter(isFixed)
    const [key] = fixed
    this.firstKey = key?.first ?? 0
    // Two key specs in a row, as COPY's and RENAME's: from the first of them to the last.
    this.lastKey = fixed.at(-1)?.last ?? 0
    this.keyStep = key?.step ?? 1
    this.isKeyless = spec.keys.length === 0
    this.hasMovableKeys = fixed.length < spec.keys.length
    const isSimple = !this.hasMovableKeys && !namesDatabase(spec.name)
    this.hasOneKey = isSimple && this.firstKey > 0 && this.lastKey === this.firstKey
    this.#arity = spec.arity
    this.subcommands = options.container ? new Map() : null
    this.counters = { calls: 0, rejected: 0, failed: 0, microseconds: 0, batchCalls: 0 }
  }

  /** Whether a count of arguments, with the name, fits. */
  fits(count: number): boolean {
    return this.#arity >= 0 ? count === this.#arity : count >= -this.#arity
  }

  /** Index of the last key among `count` arguments. */
  lastKeyOf(count: number): number {
    return this.lastKey >= 0 ? this.lastKey : count + this.lastKey
  }

  /** A key of the arguments that stands for its slot; undefined for none. */
  anyKey(args: readonly string[]): string | undefined {
    if (this.firstKey > 0) return args[this.firstKey]
    const first = this.hasMovableKeys ? findKeys(this.spec, args)?.[0] : undefined
    return first === undefined ? undefined : args[first.at]
  }
}

function isScript(name: string): boolean {
  return name.startsWith('eval') || name.startsWith('fcall')
}
