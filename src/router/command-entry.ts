// One command of the merged table, prepared for dispatch: the questions asked per call are answered
// once here. `R` is how the router runs its own commands; null for a command of the engine.

import type { CommandSpec } from '../api/command.js'

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
  readonly needsAuth: boolean
  readonly runsWhileLoading: boolean
  /** Inside MULTI it waits for EXEC. */
  readonly isQueued: boolean
  /** Index of the argument that says how many keys follow it, 0 for none. */
  readonly countAt: number
  /** Index of the first key in the arguments, 0 for none. */
  readonly firstKey: number
  readonly lastKey: number
  readonly keyStep: number
  /** Exactly one key at `firstKey`. */
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
    this.needsAuth = !spec.flags.includes('no_auth')
    this.runsWhileLoading = spec.flags.includes('loading')
    this.isQueued = !immediate.has(spec.name)
    const [key] = spec.keys
    this.countAt = spec.keys.find((keys) => keys.counted)?.first ?? 0
    this.firstKey = key === undefined ? 0 : key.first + (key.counted ? 1 : 0)
    // Two key specs in a row, as COPY's and RENAME's: from the first of them to the last.
    this.lastKey = spec.keys.at(-1)?.last ?? 0
    this.keyStep = key?.step ?? 1
    this.hasOneKey = this.firstKey > 0 && this.lastKey === this.firstKey && this.countAt === 0
    this.#arity = spec.arity
    this.subcommands = options.container ? new Map() : null
    this.counters = { calls: 0, rejected: 0, failed: 0, microseconds: 0, batchCalls: 0 }
  }

  /** Whether a count of arguments, with the name, fits. */
  fits(count: number): boolean {
    return this.#arity >= 0 ? count === this.#arity : count >= -this.#arity
  }

  /** Index of the last of the keys that are counted by an argument; at most the last argument's. */
  lastCounted(args: readonly string[]): number {
    const count = Number(args[this.countAt])
    return Math.min(args.length - 1, this.countAt + (count > 0 ? count : 0))
  }

  /** Index of the last key among `count` arguments. */
  lastKeyOf(count: number): number {
    return this.lastKey >= 0 ? this.lastKey : count + this.lastKey
  }
}
