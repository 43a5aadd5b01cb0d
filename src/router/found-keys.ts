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

/** SET is the one command whose use of its key depends on an option. */
function flagsOf(
  entry: CommandEntry,
  flags: readonly string[],
  args: readonly string[],
): readonly string[] {
  if (entry.name !== 'set') return flags
  const answersOld = args.slice(3).some((word) => word.toLowerCase() === 'get')
  return answersOld ? ['RW', 'access', 'update'] : ['OW', 'update']
}
