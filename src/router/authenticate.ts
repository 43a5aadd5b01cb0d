// Who a connection is: AUTH and HELLO ask here, RESET goes back to the start.

import { wrongPass } from '../api/replies.js'
import type { ErrorReply } from '../api/reply.js'
import { noteFailedLogin } from './acl/guard.js'
import type { Session } from './session.js'
import type { RouterState } from './state.js'

/** Null when the session is authenticated as that user now. */
export function authenticate(
  session: Session,
  state: RouterState,
  given: { readonly command: string; readonly user: string; readonly password: string },
): ErrorReply | null {
  const user = state.users.get(given.user)
  if (user === undefined || !user.accepts(given.password)) {
    noteFailedLogin(state, session, given)
    return wrongPass
  }
  session.user = user
  session.authenticated = true
  return null
}

/** As when it connected. */
export function forgetUser(session: Session, state: RouterState): void {
  session.user = state.users.default
  session.authenticated = state.users.isFree
}
