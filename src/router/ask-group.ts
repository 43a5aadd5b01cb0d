// A command of the router that needs to know something of a key: asks the engine with one of its own commands,
// in the order of the session, and answers when the answer is there.

import type { Group } from '../api/group.js'
import { notInTransaction } from '../api/replies.js'
import type { Reply } from '../api/reply.js'
import type { Session } from './session.js'
import { deferred, type RouterState } from './state.js'

/** `call.args` as the engine takes them, with a key that its spec finds. */
export function askGroup(
  state: RouterState,
  session: Session,
  call: { readonly name: string; readonly args: readonly string[] },
  make: (reply: Reply) => Reply,
): typeof deferred | Reply {
  const entry = state.table.find(call.name)
  const found = entry?.subcommands?.get(call.args[1] ?? '') ?? entry
  if (found === undefined || found.run !== null) return make(null)
  if (!state.mayDefer) return notInTransaction
  const index = state.route.groupOf(session.db, found.anyKey(call.args) ?? '')
  const group = state.groups[index] as Group
  const ticket = session.open(entry ?? null)
  group.submit(session.lanes.of(index, group), {
    spec: found.spec,
    write: false,
    db: session.db,
    args: call.args,
    ticket: session.openPart({ take: (reply) => session.answer(ticket, make(reply)) }),
  })
  return deferred
}
