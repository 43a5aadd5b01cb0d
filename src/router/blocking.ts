// Blocking commands on the router's side: the session takes nothing more until the group has answered,
// which may be long. CLIENT UNBLOCK ends such a wait; ids are those of this member's connections.

import type { Group, Lane } from '../api/group.js'
import type { ConnectionId, Now } from '../api/ids.js'
import type { Reply } from '../api/reply.js'
import type { CommandEntry } from './command-entry.js'
import type { Session } from './session.js'
import { deferred, type RouterState, type Run } from './state.js'

/** Where a session waits. */
export interface Wait {
  readonly group: Group
  readonly lane: Lane
  /** Monotonic milliseconds: when it came. */
  readonly since: number
}

/** Whether a call of a command with the flag `blocking` may wait: XREAD and XREADGROUP say so. */
export function mayBlock(name: string, args: readonly string[]): boolean {
  if (name !== 'xread' && name !== 'xreadgroup') return true
  for (const arg of args) {
    const word = arg.length === 5 || arg.length === 7 ? arg.toUpperCase() : ''
    if (word === 'BLOCK') return true
    if (word === 'STREAMS') return false
  }
  return false
}

export function submitBlocking(
  session: Session,
  call: {
    readonly entry: CommandEntry<Run>
    readonly args: readonly string[]
    readonly index: number
    readonly group: Group
  },
  now: Now,
): void {
  const { entry, args, index, group } = call
  const lane = session.lanes.of(index, group)
  const ticket = session.open(entry)
  session.block()
  session.waits = { group, lane, since: now.mono }
  group.submit(lane, {
    spec: entry.spec,
    // To wait is to be queued, which the group does in the order of its log.
    write: true,
    db: session.db,
    args,
    ticket: session.openPart({
      take: (reply) => {
        session.waits = null
        session.answer(ticket, reply)
        session.unblock()
      },
    }),
  })
}

/** A command that waits, with what is left of its time after `passedMs`: its slots went to another group meanwhile. */
export function shortened(args: readonly string[], passedMs: number): readonly string[] {
  const name = args[0] as string
  const isXread = name.startsWith('xread')
  const at = isXread
    ? args.findIndex((arg) => arg.length === 5 && arg.toUpperCase() === 'BLOCK') + 1
    : name === 'blmpop' || name === 'bzmpop'
      ? 1
      : args.length - 1
  const given = Number(args[at])
  // Zero is for ever.
  if (!(given > 0)) return args
  const left = isXread ? given - passedMs : given - passedMs / 1_000
  const made = [...args]
  made[at] = String(isXread ? Math.max(1, Math.floor(left)) : Math.max(0.001, left))
  return made
}

/** CLIENT UNBLOCK: 1 where the client waited and does not any more. */
export function unblockClient(
  session: Session,
  state: RouterState,
  of: { readonly id: number; readonly how: 'timeout' | 'error' },
): Reply | typeof deferred {
  const other = state.sessions.get(of.id as ConnectionId)
  const wait = other?.waits ?? null
  if (wait === null) return 0
  if (!state.mayDefer) {
    // Its place in EXEC's reply cannot wait: that it waits just now has to do.
    wait.group.unblock(wait.lane, of.how, () => undefined)
    return 1
  }
  const ticket = session.open(state.table.findFull('client|unblock') ?? null)
  wait.group.unblock(wait.lane, of.how, (reply) => session.answer(ticket, reply))
  return deferred
}
