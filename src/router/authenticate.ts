// The one user there is today, `default`, and its password. AUTH and HELLO ask here.

import { wrongPass } from '../api/replies.js'
import type { ErrorReply } from '../api/reply.js'
import type { Session } from './session.js'
import type { RouterState } from './state.js'

/** Null when the session is authenticated now. */
export function authenticate(
  session: Session,
  state: RouterState,
  given: { readonly user: string; readonly password: string },
): ErrorReply | null {
  const password = state.settings.password
  const fits = password === null || equalInConstantTime(given.password, password)
  if (given.user !== 'default' || !fits) {
    state.stats.aclAuthFailures++
    return wrongPass
  }
  session.authenticated = true
  return null
}

/** Takes as long for a wrong text as for the right one of the same length (S27). */
function equalInConstantTime(given: string, wanted: string): boolean {
  let difference = given.length ^ wanted.length
  for (let i = 0; i < given.length; i++) {
    difference |= given.charCodeAt(i) ^ wanted.charCodeAt(i % wanted.length)
  }
  return difference === 0
}
