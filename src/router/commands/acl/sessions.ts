// Connections whose user is gone or changed.

import type { User } from '../../acl/user.js'
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
