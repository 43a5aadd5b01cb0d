// Connections whose user is gone or changed.

import { permitsChannel } from '../../acl/check.js'
import type { User } from '../../acl/user.js'
import { kinds } from '../../messaging/packets.js'
import type { Session } from '../../session.js'
import type { RouterState } from '../../state.js'

/** Closes all connections of these users; the one that asked gets its reply first. */
export function closeSessionsOf(
  state: RouterState,
  users: ReadonlySet<User>,
  asker: Session | null,
): void {
  for (const session of state.sessions.values()) {
    if (!users.has(session.user) || session.isFinished) continue
    if (session === asker) session.finish()
    else state.kill(session)
  }
}

/** Closes connections that listen to what their user may not hear any more. */
export function closeForbiddenListeners(state: RouterState, asker: Session): void {
  for (const session of state.sessions.values()) {
    if (session.subscribed === 0 || session.isFinished || mayListen(session)) continue
    if (session === asker) session.finish()
    else state.kill(session)
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
