// Whether a user may run a command with its arguments: the one question that is asked at dispatch, when
// a command is queued, again when it runs in EXEC, and for each call of a script.

import { globMatch } from '../../base/glob.js'
import type { CommandEntry } from '../command-entry.js'
import { foundKeys } from '../found-keys.js'
import { channelsOf } from './channels.js'
import type { Selector } from './selector.js'
import type { User } from './user.js'

export interface Denial {
  readonly kind: 'command' | 'key' | 'channel'
  /** Index of the argument that was refused; 0 for the command. */
  readonly at: number
}

/** Greater is told first where selectors refuse for different reasons. */
const weight = { command: 1, key: 2, channel: 4 } as const

/** Null when `user` may run it. `args[0]` is the name, or the container's before a subcommand's. */
export function permits(user: User, entry: CommandEntry, args: readonly string[]): Denial | null {
  if (user.isOpen) return null
  let denial: Denial | null = null
  for (const selector of user.all) {
    const found = check(selector, entry, args)
    if (found === null) return null
    if (denial === null || weight[found.kind] > weight[denial.kind]) denial = found
    else if (found.kind === denial.kind && found.at > denial.at) denial = found
  }
  return denial
}

/** Whether `user` may listen to or publish on a channel; `exact`: it is a pattern itself. */
export function permitsChannel(user: User, channel: string, exact: boolean): boolean {
  return user.all.some((selector) => fitsChannel(selector, channel, exact))
}

/** Whether keys may be read that nobody has named, as SORT does with BY and GET. */
export function permitsAnyKey(user: User, entry: CommandEntry, args: readonly string[]): boolean {
  return user.all.some(
    (selector) =>
      fitsCommand(selector, entry, args) &&
      (selector.allKeys || selector.keys.some(({ read, pattern }) => read && pattern === '*')),
  )
}

function check(selector: Selector, entry: CommandEntry, args: readonly string[]): Denial | null {
  if (!fitsCommand(selector, entry, args)) return { kind: 'command', at: 0 }
  if (!selector.allKeys) {
    for (const { at, flags } of foundKeys(entry, args) ?? []) {
      if (!fitsKey(selector, args[at] ?? '', flags)) return { kind: 'key', at }
    }
  }
  if (!selector.allChannels) {
    const channels = channelsOf(entry.name)
    if (channels !== null) {
      const last = channels.all ? args.length - 1 : Math.min(1, args.length - 1)
      for (let at = 1; at <= last; at++) {
        if (!fitsChannel(selector, args[at] ?? '', channels.isPattern)) {
          return { kind: 'channel', at }
        }
      }
    }
  }
  return null
}

function fitsCommand(selector: Selector, entry: CommandEntry, args: readonly string[]): boolean {
  if (selector.allCommands || !entry.needsAuth || selector.commands.has(entry.name)) return true
  const words = selector.firstArguments.get(entry.name)
  const given = args[1]?.toLowerCase()
  return words?.some((word) => word.toLowerCase() === given) ?? false
}

/** Flags as in a key specification: `access` needs to read, `insert`, `update` and `delete` to write. */
function fitsKey(selector: Selector, key: string, flags: readonly string[]): boolean {
  if (flags.includes('not_key')) return true
  const reads = flags.includes('access')
  const writes = flags.includes('insert') || flags.includes('update') || flags.includes('delete')
  return selector.keys.some(
    ({ read, write, pattern }) => (read || !reads) && (write || !writes) && globMatch(pattern, key),
  )
}

function fitsChannel(selector: Selector, channel: string, exact: boolean): boolean {
  if (selector.allChannels) return true
  return selector.channels.some((pattern) =>
    exact ? pattern === channel : globMatch(pattern, channel),
  )
}
