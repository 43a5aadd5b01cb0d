// Connections whose user is gone or changed.

import { permitsChannel } from '../../acl/check.js'
import type { User } from '../../acl/user.js'
import { kinds } from '../../messaging/packets.js'
import type { Session } from '../../session.js'
import type { RouterState } from '../../state.js'

/** Closes all connections of these users; those that asked get their replies first. */
export function closeSessionsOf(state: RouterState, users: ReadonlySet<User>): void {
  for (const session of state.sessions.values()) {
    if (users.has(session.user)) close(state, session)
  }
}

function close(state: RouterState, session: Session): void {
  if (session.isFinished) return
  if (state.changing.has(session)) session.finish()
  else state.kill(session)
}

/** Closes connections that listen to what their user may not hear any more. */
export function closeForbiddenListeners(state: RouterState): void {
  for (const session of state.sessions.values()) {
    if (session.subscribed > 0 && !mayListen(session)) close(state, session)
  }
}

function mayListen(session: Session): boolean {
  const { user, listens } = session
  if (user.isOpen || listens === null) return true
  for (const kind of [kinds.channel, kinds.pattern, kinds.shard]) {
    for (const name of listens[kind]) {
      if (!permitsChannel(user, name, kind === kinds.pattern)) return false
    }
  }
  return true
}
