// CONFIG SET of what holds for the whole cluster: every group keeps it in its own data, through its log.

import { isGroupSetting, keepSettingsName, keepSettingsSpec } from '../api/group-settings.js'
import { notInTransaction, unknownResult } from '../api/replies.js'
import { isError, type Reply } from '../api/reply.js'
import type { Session } from './session.js'
import type { JudgedSetting } from './settings.js'
import { deferred, type RouterState } from './state.js'

/** Gives all groups what of `judged` is theirs; `done` makes the reply once they have it. */
export function shareSettings(
  state: RouterState,
  session: Session,
  judged: readonly JudgedSetting[],
  done: () => Reply,
): Reply | typeof deferred {
  const pairs = judged.flatMap(({ name, value }) => (isGroupSetting(name) ? [name, value] : []))
  if (pairs.length === 0) return done()
  if (!state.mayDefer) return notInTransaction
  const ticket = session.open(state.table.findFull('config|set') ?? null)
  // What follows on the connection is judged by the new bounds.
  session.block()
  let open = state.groups.length
  let kept = 0
  let failed: Reply = null
  const take = (reply: Reply): void => {
    if (isError(reply)) failed ??= reply
    else kept++
    if (--open > 0) return
    session.answer(ticket, failed === null ? done() : kept > 0 ? unknownResult : failed)
    session.unblock()
  }
  state.groups.forEach((group, index) => {
    group.submit(session.lanes.of(index, group), {
      spec: keepSettingsSpec,
      write: true,
      db: 0,
      args: [keepSettingsName, ...pairs],
      ticket: session.openPart({ take }),
    })
  })
  return deferred
}
