// What others are told while a script of the group runs for long at this member.

import type { GroupCall } from '../api/group.js'
import type { Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { noScripts } from '../api/replies.js'
import type { ErrorReply } from '../api/reply.js'
import type { Lanes } from './lanes.js'
import type { GroupReads } from './group-reads.js'
import type { Writes } from './writes.js'

/** Why a command is not taken because of scripts, or null. */
export function busyRefusal({ scripts }: Writes, call: GroupCall): ErrorReply | null {
  if (scripts === null || !scripts.isAble) return call.scripted === true ? noScripts : null
  return scripts.busy()
}

/** What waits and was not proposed is told so; who waits for the script waits longer. */
export function tellBusy(
  { origin, scripts }: Writes,
  { reads, lanes, now }: { readonly reads: GroupReads; readonly lanes: Lanes; readonly now: Now },
): void {
  if (scripts === null) return
  const busy = scripts.busyHere()
  scripts.news.turn(scripts.runningHere, now)
  const elsewhere = scripts.news.busy()
  const graceMs = scripts.news.running === null ? scripts.graceMs : limits.scriptMsMax
  if (graceMs === 0 && origin.graceMs > 0) origin.renew(now)
  origin.graceMs = graceMs
  if (busy === null) {
    if (elsewhere !== null) origin.refuse(elsewhere)
    return
  }
  const end: Now = { wall: 0, mono: Number.MAX_SAFE_INTEGER }
  origin.refuse(busy)
  reads.expire(
    end,
    (lane, call) => lanes.answerRead(lane, call, busy),
    () => busy,
  )
}
