// Calls that an origin makes for the sake of its waiters, in batches among its clients' commands: a wait
// ends, or late answers were heard. No client can send them: the router has no such commands.

import type { EntryHead } from '../api/entry.js'
import { internalSpec } from '../api/internal-command.js'
import { ok, type Reply } from '../api/reply.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Waiters } from './waiters.js'

/** Arguments: sequence and index of the waiter; 1 where it waited. */
export const unblockName = 'unblock'
/** Argument: number of the last late answer that came. */
export const heardName = 'heard'

export function isOfWaiters(args: readonly string[]): boolean {
  const name = args[0]
  return name === unblockName || name === heardName
}

export function callWaiters(waiters: Waiters, head: EntryHead, args: readonly string[]): Reply {
  const { origin, incarnation } = head
  const number = Number(args[1])
  if (args[0] === unblockName) {
    const id = { origin, incarnation, sequence: number, index: Number(args[2]) }
    return waiters.remove(id) ? 1 : 0
  }
  if (!hasBug('shard-late-never-heard')) waiters.heard(origin, incarnation, number)
  return ok
}

export const ofWaitersSpec = internalSpec({ name: unblockName, flags: ['write'] })
