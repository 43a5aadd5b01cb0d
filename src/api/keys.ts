// The keys among the arguments of a command, as its key specs say. Routing and COMMAND GETKEYS ask here.

import type { CommandSpec, KeySpec } from './command.js'

export interface FoundKey {
  /** Index in the arguments. */
  readonly at: number
  readonly spec: KeySpec
}

/** The spec of a command as an engine takes it: of XGROUP CREATE and its like the subcommand's, which has the keys. */
export function commandOf<Spec extends CommandSpec>(
  commands: ReadonlyMap<string, Spec>,
  [name = '', word = '']: readonly string[],
): Spec | undefined {
  const spec = commands.get(name)
  const isContainer = spec?.keys.length === 0 && spec.findKeys === undefined
  return (isContainer ? commands.get(`${name}|${word.toLowerCase()}`) : undefined) ?? spec
}

/** Whether keys stand where `first`, `last` and `step` alone say. */
export function isFixed(spec: KeySpec): boolean {
  return spec.keyword === undefined && spec.counted !== true && spec.find === undefined
}

/** In the order of the specs; null where the arguments cannot be right. A word that is not there has no keys. */
export function findKeys(command: CommandSpec, args: readonly string[]): FoundKey[] | null {
  const found: FoundKey[] = []
  const [known] = command.keys
  if (command.findKeys !== undefined && known !== undefined) {
    return command.findKeys(args).map((at) => ({ at, spec: known }))
  }
  for (const spec of command.keys) {
    if (spec.find !== undefined) for (const at of spec.find(args)) found.push({ at, spec })
    else if (!findBySpec(spec, args, found)) return null
  }
  return found
}

/** Adds the keys of one spec; false where it does not fit the arguments. */
function findBySpec(spec: KeySpec, args: readonly string[], found: FoundKey[]): boolean {
  const begin = spec.keyword === undefined ? spec.first : behindWord(spec, args)
  if (begin < 0) return true
  const first = spec.counted === true ? begin + 1 : begin
  const last = lastOf(spec, args, begin)
  if (last < first || last >= args.length) return false
  for (let at = first; at <= last; at += spec.step) found.push({ at, spec })
  return true
}

function lastOf(spec: KeySpec, args: readonly string[], begin: number): number {
  if (spec.counted === true) {
    const count = parseCount(args[begin])
    return count === null ? -1 : begin + count * spec.step
  }
  if (spec.last >= 0) return spec.keyword === undefined ? spec.last : begin + spec.last
  if (spec.limit === undefined) return args.length + spec.last
  return begin + Math.floor((args.length - begin) / spec.limit) + spec.last
}

/** Index behind the word that the keys follow, or -1. */
function behindWord({ keyword, first }: KeySpec, args: readonly string[]): number {
  const step = first < 0 ? -1 : 1
  const end = first < 0 ? 0 : args.length - 1
  for (let at = first < 0 ? args.length + first : first; at * step < end * step; at += step) {
    if (args[at]?.toUpperCase() === keyword) return at + 1
  }
  return -1
}

/** A count of keys, digits only; null for none. */
function parseCount(text: string | undefined): number | null {
  if (text === undefined || text.length === 0 || text.length > 10) return null
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return null
    value = value * 10 + digit
  }
  return value === 0 ? null : value
}
