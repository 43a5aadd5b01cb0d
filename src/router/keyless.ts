// Which replication groups a command without keys means.

import type { CommandEntry } from './command-entry.js'
import { parseInteger } from './numbers.js'
import type { Route } from './route.js'

/** A command as it stands in the table, its arguments, and the database of its connection. */
interface Keyless {
  readonly entry: Pick<CommandEntry, 'name' | 'spec'>
  readonly args: readonly string[]
  readonly db: number
}

/** Indexes of the groups that hold, or are to hold, what a command without keys is about. */
export function keylessGroups(route: Route, { entry, args, db }: Keyless): readonly number[] {
  if (entry.name === 'flushall' || entry.spec.gather === 'each') return route.all
  return entry.name === 'swapdb' ? swappedGroups(route, args) : route.groupsOf(db)
}

/** Databases whose keys are divided differently concern every group. */
function swappedGroups(route: Route, args: readonly string[]): readonly number[] {
  const a = parseInteger(args[1] ?? '')
  const b = parseInteger(args[2] ?? '')
  // One group is enough to say what is wrong.
  if (a === null || b === null || !route.isDatabase(a) || !route.isDatabase(b)) return [route.home]
  return route.areAlike(a, b) ? route.groupsOf(a) : route.all
}
