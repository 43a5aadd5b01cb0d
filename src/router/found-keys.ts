// The keys among the arguments of a command, with what it does to each: for COMMAND GETKEYS and for the
// rules of ACL.

import { findKeys } from '../api/keys.js'
import type { CommandEntry } from './command-entry.js'

export interface FoundKey {
  /** Index in the arguments. */
  readonly at: number
  /** As in the key specification: `RW`, `access`, `update`. */
  readonly flags: readonly string[]
}

/** Null when the arguments do not say where the keys are, as with a number of keys that is too great. */
export function foundKeys(
  entry: CommandEntry,
  args: readonly string[],
): readonly FoundKey[] | null {
  const found = findKeys(entry.spec, args)
  if (found === null) return null
  return found.map(({ at, spec }) => ({ at, flags: flagsOf(entry, spec.flags, args) }))
}

/** What some commands do to their key depends on their options. */
function flagsOf(
  entry: CommandEntry,
  flags: readonly string[],
  args: readonly string[],
): readonly string[] {
  switch (entry.name) {
    case 'set':
      return answersOld(args) ? ['RW', 'access', 'update'] : ['OW', 'update']
    case 'bitfield':
      return onlyGets(args) ? ['RO', 'access'] : ['RW', 'access', 'update']
    default:
      return flags
  }
}

function answersOld(args: readonly string[]): boolean {
  return args.slice(3).some((word) => word.toLowerCase() === 'get')
}

/** BITFIELD with nothing but GET type offset and OVERFLOW way; what it cannot read counts as a write. */
function onlyGets(args: readonly string[]): boolean {
  let at = 2
  while (at < args.length) {
    const word = args[at]?.toLowerCase()
    if (word === 'get') at += 3
    else if (word === 'overflow') at += 2
    else return false
  }
  return at === args.length
}
