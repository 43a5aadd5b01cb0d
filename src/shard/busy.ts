// What others are told while a script of the group runs for long at this member.

import type { GroupCall } from '../api/group.js'
import type { Now } from '../api/ids.js'
import { noScripts } from '../api/replies.js'
import type { ErrorReply } from '../api/reply.js'
import type { Lanes } from './lanes.js'
import type { Reads } from './reads.js'
import type { Writes } from './writes.js'

/** Why a command is not taken because of scripts, or null. */
export function busyRefusal({ scripts }: Writes, call: GroupCall): ErrorReply | null {
  if (scripts === null || !scripts.isAble) return call.scripted === true ? noScripts : null
  return scripts.busy()
}

/** What waits and was not proposed is told so; who waits for the script waits longer. */
export function tellBusy({ origin, scripts }: Writes, reads: Reads, lanes: Lanes): void {
  origin.graceMs = scripts?.graceMs ?? 0
  const busy = scripts?.busy() ?? null
  if (busy === null) return
  const end: Now = { wall: 0, mono: Number.MAX_SAFE_INTEGER }
  origin.refuse(busy)
  reads.expire(
    end,
    (lane, call) => lanes.answerRead(lane, call, busy),
    () => busy,
  )
}
