// A command that changes what holds for the whole cluster: it goes into the topology, and is answered once it
// holds at this member.

import { noAuth, notInTransaction } from '../api/replies.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import type { TopologyEdit } from './cluster-view.js'
import type { Session } from './session.js'
import { deferred, type RouterState } from './state.js'

export interface TopologyCommand {
  /** Its full name in the table, as `acl|setuser`. */
  readonly name: string
  /** What the topology tells of it; no secrets. */
  readonly what: string
  readonly edit: TopologyEdit
  /** Called once the change holds here, or why it does not. */
  readonly done: (refusal: ErrorReply | null, answer: (reply: Reply) => void) => void
}

export function changeTopology(
  state: RouterState,
  session: Session,
  { name, what, edit, done }: TopologyCommand,
): Reply | typeof deferred {
  if (!state.mayDefer) return notInTransaction
  const ticket = session.open(state.table.findFull(name) ?? null)
  // What follows on the connection is judged by it.
  session.block()
  state.changing.add(session)
  const judged: TopologyEdit = (topology) => {
    // What the last topology says of its user ends it.
    const isOut = session.isFinished && !session.isClosed
    return isOut ? noAuth : edit(topology)
  }
  state.cluster.changeTopology(what, judged, (refusal) => {
    done(refusal, (reply) => {
      state.changing.delete(session)
      if (session.isClosed) return
      session.answer(ticket, reply)
      session.unblock()
    })
  })
  return deferred
}
