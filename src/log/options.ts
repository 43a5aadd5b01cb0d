// Checks the options of a strategy that are numbers and switches against its table of defaults and
// ranges. `refuse` makes the error for what a table cannot say.

import { ConfigError } from '../base/errors.js'

/** Options that are numbers or switches, by their defaults. */
export type OptionsOf<D> = {
  -readonly [K in keyof D]: D[K] extends boolean ? boolean : number
}

/** Allowed values of each number, both included. */
export type Ranges<D> = {
  readonly [K in keyof D as D[K] extends boolean ? never : K]: readonly [min: number, max: number]
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
