// What commands hear while a script runs for long in a group: those of the group BUSY, and where all groups
// of the database have one, those that name no key, too. With one group that is Redis' behaviour.

import type { Group } from '../api/group.js'
import type { ErrorReply } from '../api/reply.js'
import type { CommandEntry } from './command-entry.js'
import type { Session } from './session.js'
import type { RouterState } from './state.js'

export function isAnyBusy(groups: readonly Group[]): boolean {
  for (const { scripts } of groups) if (scripts?.busy() != null) return true
  return false
}

/** The refusal of a command that Redis refuses then, or null. `groupOf` finds its group, or -1. */
export function busyRefusal(
  state: RouterState,
  session: Session,
  { entry, groupOf }: { readonly entry: CommandEntry; readonly groupOf: () => number },
): ErrorReply | null {
  const { transaction } = session
  const hasGroup = entry.run === null && !entry.isKeyless
  const own = entry.name === 'exec' ? (transaction?.group ?? -1) : hasGroup ? groupOf() : -1
  const groups = own >= 0 ? [own] : state.route.groupsOf(transaction?.db ?? session.db)
  let refusal: ErrorReply | null = null
  for (const index of groups) {
    refusal = state.groups[index]?.scripts?.busy() ?? null
    if (refusal === null) return null
  }
  return refusal
}
