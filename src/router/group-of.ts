// Which group a command goes to, by the keys among its arguments.

import { findKeys } from '../api/keys.js'
import type { CommandEntry } from './command-entry.js'
import { derivesKeys, otherDatabase } from './other-database.js'
import type { RouterState, Run } from './state.js'

/** Index of the one group that the command goes to, or -1 when there are several. */
export function groupOfCommand(
  state: RouterState,
  db: number,
  command: { readonly entry: CommandEntry<Run>; readonly args: readonly string[] },
): number {
  const { entry, args } = command
  const { route } = state
  if (entry.hasMovableKeys) return groupOfMovable(state, db, command)
  if (entry.firstKey === 0) {
    return entry.spec.gather === 'refuse' ? route.home : -1
  }
  const index = route.groupOf(db, args[entry.firstKey] ?? '')
  if (entry.hasOneKey) return index
  const last = entry.lastKeyOf(args.length)
  for (let at = entry.firstKey + entry.keyStep; at <= last; at += entry.keyStep) {
    if (route.groupOf(db, args[at] ?? '') !== index) return -1
  }
  const other = otherDatabase(entry.name, args)
  if (other !== null && route.groupOf(other.db, other.key) !== index) return -1
  return index
}

/** Arguments that cannot be right go where commands without keys go: the engine says what is wrong. */
function groupOfMovable(
  state: RouterState,
  db: number,
  { entry, args }: { readonly entry: CommandEntry<Run>; readonly args: readonly string[] },
): number {
  const found = findKeys(entry.spec, args)
  const [first, ...more] = found ?? []
  if (first === undefined) {
    // A script without keys acts on its database's group where there is just one.
    const isKeyless = entry.isScripted && args[2] === '0'
    if (!isKeyless) return state.route.home
    const groups = state.route.groupsOf(db)
    return groups.length === 1 ? (groups[0] as number) : -1
  }
  if (derivesKeys(entry.name, args)) return -1
  const index = state.route.groupOf(db, args[first.at] as string)
  const isOne = more.every(({ at }) => state.route.groupOf(db, args[at] as string) === index)
  return isOne ? index : -1
}
