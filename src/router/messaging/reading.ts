// The keys that a command reads for a client which keeps values: in the table when the reply is made,
// and so before it leaves.

import { findKeys } from '../../api/keys.js'
import type { CommandEntry } from '../command-entry.js'
import type { Session } from '../session.js'
import type { Part } from '../session-init.js'
import type { RouterState } from '../state.js'

const none: readonly string[] = []

/** Keys whose values the client may keep once it has the reply. */
export function trackedKeys(
  session: Session,
  entry: CommandEntry,
  args: readonly string[],
): readonly string[] {
  const mode = session.tracking
  if (mode === null || mode.prefixes !== null || !entry.isTracked) return none
  if ((mode.optIn && !mode.isCachingGiven) || (mode.optOut && mode.isCachingGiven)) return none
  return (findKeys(entry.spec, args) ?? []).map(({ at }) => args[at] as string)
}

/** A ticket for a command of a client in tracking mode. */
export function openTracked(
  session: Session,
  entry: CommandEntry,
  { args, state }: { readonly args: readonly string[]; readonly state: RouterState },
): number {
  const ticket = session.open(entry)
  const part = { take: (reply: Parameters<Part['take']>[0]) => session.answer(ticket, reply) }
  return session.openPart(remembering(session, trackedKeys(session, entry, args), { part, state }))
}

/** `part`, with the keys noted when it gets its reply. */
export function remembering(
  session: Session,
  keys: readonly string[],
  { part, state }: { readonly part: Part; readonly state: RouterState },
): Part {
  if (keys.length === 0) return part
  const { tracking } = state.messaging
  return {
    take: (reply) => {
      // A member short of disk reads at the leader, and would apply the next change late.
      const isBlind = state.cluster.diskShort
      if (!isBlind && session.tracking !== null) tracking.remember(session, keys)
      part.take(reply)
      if (isBlind) tracking.refuse(session, keys)
    },
  }
}
