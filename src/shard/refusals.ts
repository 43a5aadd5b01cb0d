// A command whose slots are not the group's was not executed: its caller routes it again. What follows it on its lane,
// and would overtake it, goes the same way.

import type { GroupCall, Lane, RefusedCall } from '../api/group.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import { isSlotRefusal, slotAgain } from '../api/slot-moves.js'

export type Args = readonly string[]

export function refuse(lane: Lane, call: RefusedCall, reply: ErrorReply): void {
  const { caller } = lane
  if (caller.refused === undefined) return caller.answer(call.ticket, reply)
  caller.refused(lane, call, reply)
}

/** The reply to a read outside the log: one behind a refused command is read again behind that. */
export function answerRead(lane: Lane, call: GroupCall, reply: Reply): void {
  if (isSlotRefusal(reply)) refuse(lane, call, reply)
  else if (lane.isDetoured === true) refuse(lane, call, slotAgain)
  else lane.caller.answer(call.ticket, reply)
}
