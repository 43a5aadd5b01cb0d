// Checks the options of a strategy that are numbers and switches against its table of defaults and
// ranges. `refuse` makes the error for what a table cannot say. `LogOptions` are those that strategies of one
// total order share.

import { limits } from '../api/limits.js'
import { ConfigError } from '../base/errors.js'

/** Options that are numbers or switches, by their defaults. */
export type OptionsOf<D> = {
  -readonly [K in keyof D]: D[K] extends boolean ? boolean : number
}

/** Allowed values of each number, both included. */
export type Ranges<D> = {
  readonly [K in keyof D as D[K] extends boolean ? never : K]: readonly [min: number, max: number]
}

/** What a strategy of one total order sends, keeps and takes at once. */
export interface LogOptions {
  /** Messages with entries in flight to one follower. */
  readonly windowMessages: number
  /** Bytes of entries in flight to one follower. */
  readonly windowBytes: number
  /** Bytes of entries in one message; a larger single entry goes alone. */
  readonly appendBytes: number
  /** Bytes of own proposals that are not committed yet; above, proposals are refused as busy. */
  readonly uncommittedBytes: number
  /** Bytes of entries handed out for execution and not applied yet. */
  readonly applyBytes: number
  /** Bytes of payloads that the groups of a member share in memory, 4 MB each at least; older ones are read back from disk. */
  readonly tailBytes: number
  /** Bytes of entries kept behind a checkpoint for followers that lag a little. */
  readonly keepBytes: number
  /** Milliseconds after which a follower's read request without an answer is given back. */
  readonly readTimeoutMs: number
}

const mib = 1024 * 1024

export const logDefaults = {
  windowMessages: 64,
  windowBytes: 8 * mib,
  appendBytes: limits.batchBytesMax,
  uncommittedBytes: 32 * mib,
  applyBytes: 16 * mib,
  tailBytes: limits.tailBytesMax,
  keepBytes: 8 * mib,
  readTimeoutMs: 200,
} as const satisfies LogOptions

export const logRanges: Ranges<typeof logDefaults> = {
  windowMessages: [1, 4_096],
  windowBytes: [1_024, 1_024 * mib],
  appendBytes: [1_024, limits.frameBytesMax / 2],
  uncommittedBytes: [1_024, 1_024 * mib],
  applyBytes: [1_024, 1_024 * mib],
  tailBytes: [1_024, 1_024 * mib],
  keepBytes: [0, 1_024 * mib],
  readTimeoutMs: [10, 60_000],
}

/** Every option with what was given in place of its default; throws ConfigError, and nothing else does. */
export function optionsOf<D extends Readonly<Record<string, number | boolean>>>(
  raw: Readonly<Record<string, unknown>>,
  defaults: D,
  ranges: Ranges<D>,
): OptionsOf<D> {
  const options: Record<string, number | boolean> = { ...defaults }
  const allowed = ranges as Readonly<Record<string, readonly [number, number]>>
  for (const [name, given] of Object.entries(raw)) {
    if (!Object.hasOwn(defaults, name))
      throw refuse(name, given, `one of ${Object.keys(defaults).join(', ')}`)
    const range = allowed[name]
    if (range === undefined) {
      if (typeof given !== 'boolean') throw refuse(name, given, 'true or false')
      options[name] = given
      continue
    }
    const [min, max] = range
    if (typeof given !== 'number' || !Number.isInteger(given) || given < min || given > max)
      throw refuse(name, given, `a whole number from ${min} to ${max}`)
    options[name] = given
  }
  return options as OptionsOf<D>
}

export function refuse(option: string, given: unknown, allowed: string): ConfigError {
  return new ConfigError({ file: null, line: null, option, given: String(given), allowed })
}
