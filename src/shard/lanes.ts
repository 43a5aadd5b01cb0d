// The order of one connection's commands within a group. Writes, and reads behind writes, go into the
// log in the order they came; other reads stay outside it; a write behind such reads is held until
// they are answered. Each lane's fields are moved here, and by the origin where it answers.

import type { GroupCall, Lane } from '../api/group.js'
import type { Now } from '../api/ids.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import { busyGroup } from '../api/replies.js'
import { slotAgain } from '../api/slot-moves.js'
import type { Origin } from './origin.js'
import type { GroupReads } from './group-reads.js'
import { answerRead, refuse } from './refusals.js'

export interface LanesInit {
  readonly reads: GroupReads
  readonly origin: Origin
  /** Why a command is not taken now, or null. */
  refuses(call: GroupCall): ErrorReply | null
  now(): Now
}

export class Lanes {
  readonly #init: LanesInit

  constructor(init: LanesInit) {
    this.#init = init
  }

  submit(lane: Lane, call: GroupCall, now: Now): void {
    const refusal = this.#init.refuses(call)
    if (refusal !== null) {
      lane.caller.answer(call.ticket, refusal)
      return
    }
    if (lane.held !== null) {
      lane.held.push(call)
      return
    }
    const joinsLog =
      call.write || call.scripted === true || (lane.writes > 0 && !this.#init.reads.overtakes)
    if (!joinsLog) {
      lane.reads++
      this.#init.reads.add(lane, call, now)
      return
    }
    if (lane.reads > 0) {
      lane.held = [call]
      return
    }
    const { origin } = this.#init
    if (origin.isFull) {
      lane.caller.answer(call.ticket, busyGroup)
      return
    }
    lane.writes++
    origin.add(lane, call, now)
  }

  answerRead(lane: Lane, call: GroupCall, reply: Reply): void {
    answerRead(lane, call, reply)
    this.wasRead(lane)
  }

  /** What is past its time is told so; `why` is said of what had no effect. */
  expire(due: Now, why: () => ErrorReply): void {
    this.#init.origin.expire(due, why)
    this.#init.reads.expire(due, (lane, call, reply) => this.answerRead(lane, call, reply), why)
  }

  /** A read is done, whenever it is answered. */
  wasRead(lane: Lane): void {
    lane.reads--
    this.#release(lane)
  }

  /** A read turned out to need an entry. */
  intoLog(lane: Lane, call: GroupCall): void {
    lane.reads--
    lane.writes++
    this.#init.origin.add(lane, call, this.#init.now())
    this.#release(lane)
  }

  /** The lane's reads are done: what they held back follows. */
  #release(lane: Lane): void {
    if (lane.reads > 0 || lane.held === null) return
    const held = lane.held
    lane.held = null
    if (lane.isDetoured === true) {
      for (const call of held) refuse(lane, call, slotAgain)
      return
    }
    for (const call of held) this.submit(lane, call, this.#init.now())
  }
}
