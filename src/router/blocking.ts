// Blocking commands on the router's side: the session takes nothing more until the group has answered,
// which may be long. CLIENT UNBLOCK ends such a wait; ids are those of this member's connections.

import type { Group, Lane } from '../api/group.js'
import type { ConnectionId } from '../api/ids.js'
import type { Reply } from '../api/reply.js'
import type { CommandEntry } from './command-entry.js'
import type { Session } from './session.js'
import { deferred, type RouterState, type Run } from './state.js'

/** Where a session waits. */
export interface Wait {
  readonly group: Group
  readonly lane: Lane
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
): void {
  const { entry, args, index, group } = call
  const lane = session.lanes.of(index, group)
  const ticket = session.open(entry)
  session.block()
  session.waits = { group, lane }
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
