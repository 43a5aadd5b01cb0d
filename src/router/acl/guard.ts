// What a session hears when its user may not run a command, and what the log keeps of it.

import { aclChanged, aclChannel, aclCommand, aclKey } from '../../api/replies.js'
import type { ErrorReply } from '../../api/reply.js'
import { clientLine } from '../client-line.js'
import type { CommandEntry } from '../command-entry.js'
import type { Session } from '../session.js'
import type { RouterState } from '../state.js'
import { type Denial, permits } from './check.js'
import { sortDenial } from './sort.js'
import type { LogContext, LogReason } from './log.js'

export interface Guarded {
  readonly entry: CommandEntry
  readonly args: readonly string[]
  readonly context: LogContext
}

/**
 * Null when the user of the session may run it now; else what was refused, which stands in ACL LOG
 * already. Asked before a command is run or queued, again at EXEC, and for calls of scripts.
 */
export function denialOf(state: RouterState, session: Session, guarded: Guarded): Denial | null {
  const denial = permits(session.user, guarded.entry, guarded.args)
  if (denial === null) return null
  const object =
    denial.kind === 'command' ? guarded.entry.name : (guarded.args[denial.at] as string)
  note(state, session, { ...guarded, reason: denial.kind, object, user: session.user.name })
  return denial
}

/** `-NOPERM ...` of a command at top level or in a queue. */
export function refusalOf(
  state: RouterState,
  session: Session,
  guarded: Guarded,
): ErrorReply | null {
  const denial = denialOf(state, session, guarded)
  if (denial === null) {
    // In a queue it is asked at EXEC.
    if (guarded.context === 'multi') return null
    return sortDenial(session.user, guarded.entry, guarded.args)
  }
  if (denial.kind === 'command') return aclCommand(guarded.entry.name)
  return denial.kind === 'key' ? aclKey : aclChannel
}

/** In place of the reply of a queued command that the user may not run any more. */
export function refusalAtExec(
  state: RouterState,
  session: Session,
  queued: { readonly entry: CommandEntry; readonly args: readonly string[] },
): ErrorReply | null {
  const denial = denialOf(state, session, { ...queued, context: 'multi' })
  if (denial === null) return sortDenial(session.user, queued.entry, queued.args)
  return aclChanged(denial.kind)
}

/** A failed AUTH or HELLO; `command` as it was sent. */
export function noteFailedLogin(
  state: RouterState,
  session: Session,
  failed: { readonly command: string; readonly user: string },
): void {
  const { command: object, user } = failed
  note(state, session, { reason: 'auth', context: 'toplevel', object, user })
}

function note(
  state: RouterState,
  session: Session,
  refused: {
    readonly reason: LogReason
    readonly context: LogContext
    readonly object: string
    readonly user: string
  },
): void {
  const { reason, context, object, user } = refused
  switch (reason) {
    case 'auth':
      state.stats.aclAuthFailures++
      break
    case 'command':
      state.stats.aclCommandDenials++
      break
    case 'key':
      state.stats.aclKeyDenials++
      break
    case 'channel':
      state.stats.aclChannelDenials++
  }
  const client = clientLine(session, state.now.mono)
  const max = state.settings.integer('acllog-max-len')
  state.aclLog.add({ reason, context, object, user, client }, { wall: state.now.wall, max })
}
