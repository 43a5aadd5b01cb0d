// The keys that a command reads for a client which keeps values: in the table when the reply is made,
// and so before it leaves.

import { findKeys } from '../../api/keys.js'
import type { CommandEntry } from '../command-entry.js'
import type { Session } from '../session.js'
import type { Part } from '../session-init.js'
import type { RouterState } from '../state.js'

const none: readonly string[] = []
export const noKeys: KeysRead = { keys: none, ofScripts: none }

/** Keys whose values the client may keep once it has the reply. */
function trackedKeys(
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
  const read = keysRead(session, [{ entry, args }])
  return session.openPart(remembering(session, read, { part, state }))
}

/** Keys that are read in any case, and those that are if a script reads anything. */
export interface KeysRead {
  readonly keys: readonly string[]
  readonly ofScripts: readonly string[]
}

export function keysRead(
  session: Session,
  commands: readonly { readonly entry: CommandEntry; readonly args: readonly string[] }[],
): KeysRead {
  if (session.tracking === null) return noKeys
  const keys: string[] = []
  const ofScripts: string[] = []
  for (const { entry, args } of commands) {
    const list = entry.isScripted ? ofScripts : keys
    for (const key of trackedKeys(session, entry, args)) list.push(key)
  }
  return { keys, ofScripts }
}

/**
 * A member short of disk reads at the leader, and would apply the next change late; one without a replica
 * may not hear of changes yet.
 */
function isReadElsewhere({ cluster, groups }: RouterState): boolean {
  return cluster.diskShort || groups.some((group) => group.isDeaf === true)
}

/** Notes the keys of one command whose reply is being made. */
export function rememberNow(
  session: Session,
  command: { readonly entry: CommandEntry; readonly args: readonly string[] },
  { state, hasRead }: { readonly state: RouterState; readonly hasRead: boolean },
): void {
  if (session.tracking === null) return
  const { tracking } = state.messaging
  const { keys, ofScripts } = keysRead(session, [command])
  const read = hasRead ? [...keys, ...ofScripts] : keys
  if (isReadElsewhere(state)) tracking.refuse(session, read)
  else tracking.remember(session, read)
}

/** `part`, with the keys noted when it gets its reply. */
export function remembering(
  session: Session,
  { keys, ofScripts }: KeysRead,
  { part, state }: { readonly part: Part; readonly state: RouterState },
): Part {
  if (keys.length === 0 && ofScripts.length === 0) return part
  const { tracking } = state.messaging
  const made: Part = {
    hasRead: false,
    take: (reply) => {
      const read = made.hasRead === true ? [...keys, ...ofScripts] : keys
      // As in `rememberNow`.
      const isBlind = isReadElsewhere(state)
      if (!isBlind && session.tracking !== null) tracking.remember(session, read)
      part.take(reply)
      if (isBlind) tracking.refuse(session, read)
    },
  }
  return made
}
