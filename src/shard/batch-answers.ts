// How the callers of a batch hear: each exactly once.

import type { Lane } from '../api/group.js'
import { ok, type Reply } from '../api/reply.js'
import { isSlotRefusal } from '../api/slot-moves.js'
import type { Batch } from './batch.js'
import { type Args, refuse } from './refusals.js'

/** The reply to one of its commands. */
export function answerOne(batch: Batch, i: number, reply: Reply): void {
  const lane = batch.lanes[i] as Lane
  lane.writes--
  const ticket = batch.tickets[i] as number
  if (reply === ok || !isSlotRefusal(reply)) return lane.caller.answer(ticket, reply)
  refuse(lane, { ticket, db: batch.databases[i] as number, args: batch.calls[i] as Args }, reply)
}

/** The same for all that were not told yet. */
export function tell(batch: Batch, reply: Reply): void {
  batch.seal()
  const { lanes, tickets } = batch
  batch.lanes = []
  batch.tickets = []
  for (let i = 0; i < lanes.length; i++) {
    const lane = lanes[i] as Lane
    lane.writes--
    lane.caller.answer(tickets[i] as number, reply)
  }
}
