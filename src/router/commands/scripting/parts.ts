// What SCRIPT and FUNCTION have in common: ending what runs for long.

import { notBusy } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { RouterState } from '../../state.js'

/** Ends the first script or function that runs for long; Redis has but one. */
export function endRunning(state: RouterState, kind: 'script' | 'function'): Reply {
  for (const group of state.groups) {
    const reply = group.scripts?.kill(kind) ?? notBusy
    if (reply !== notBusy) return reply
  }
  return notBusy
}
