// The origin's side of blocking commands: callers whose command waits in the group's state. Notices when
// their time is over, when they are unblocked or gone, and ends the wait by a call of a later batch,
// because only the log knows whether an answer came first. Says what late answers it has heard.

import type { Caller, GroupCall, Lane } from '../api/group.js'
import type { Now } from '../api/ids.js'
import { unblocked, unknownResult } from '../api/replies.js'
import { isError, nullArray, type Reply, silent } from '../api/reply.js'
import { isSlotRefusal } from '../api/slot-moves.js'
import { hasBug } from '../base/seeded-bug.js'
import { refuse } from './refusals.js'
import { heardName, ofWaitersSpec, unblockName } from './waiter-calls.js'
import type { LateAnswer, WaiterId, Waiters } from './waiters.js'

/** How a wait ends that nobody served. */
export type Ending = 'timeout' | 'error' | 'gone'

/** A command that was queued. */
export interface QueuedCall {
  readonly sequence: number
  readonly index: number
  readonly lane: Lane
  readonly ticket: number
  readonly db: number
  readonly args: readonly string[]
}

interface Held extends QueuedCall {
  /** Monotonic ms at which its time is over; Infinity for never. */
  readonly deadline: number
  /** A call that ends it is under way. */
  ending: Ending | null
  /** Nobody waits for the answer any more: it must only end. */
  isOrphan: boolean
  /** Monotonic ms before which an orphan is not tried again. */
  retryAt: number
  /** Who asked for the end. */
  asked: ((reply: Reply) => void) | null
}

/** What is known here of those who wait in the group's state. */
export type KnownWaiters = Pick<Waiters, 'has' | 'answerOf'> & {
  find(id: WaiterId): { readonly timeoutMs: number } | undefined
}

/** What stands in the group's state, where that is elsewhere. */
export interface FoundWaiters {
  /** Commands of batches up to this one are in it. */
  readonly upTo: number
  waits(name: string): boolean
  /** Every answer that came late was heard, or is there. */
  readonly isWhole: boolean
}

export interface BlockedInit {
  readonly self: number
  readonly waiters: KnownWaiters
  incarnation(): number
  /** Puts a call into the next batch. */
  add(lane: Lane, call: GroupCall): void
  /** Something waits to be sent anyway. */
  isSending(): boolean
  readonly specOf: (name: string) => GroupCall['spec'] | undefined
  /** The state is elsewhere, and has to be asked: `resolve` follows. */
  readonly inquire?: () => void
}

/** Milliseconds until the end of an orphan is tried again. */
const retryMs = 1_000
/** Milliseconds, or answers, after which the group is told what was heard though nothing else is sent. */
const heardMs = 1_000
const heardMax = 256

export class Blocked implements Caller {
  readonly #init: BlockedInit
  readonly #held = new Map<string, Held>()
  readonly #byLane = new Map<Lane, Held>()
  /** Deadlines of callers that were cancelled and queue again. */
  readonly #deadlines = new Map<Lane, number>()
  /** Answers that came before the batch that queued them was done. */
  readonly #early = new Map<string, Reply>()
  /** Ends that were asked for while the command to end was under way. */
  readonly #wishes = new Map<Lane, { how: Ending; done: (reply: Reply) => void }>()
  readonly #own: Lane
  /** Calls of our own under way, by ticket. */
  readonly #calls = new Map<number, (reply: Reply) => void>()
  #ticket = 0
  /** Number of the last late answer that came, and of the last that the group was told of. */
  #heard = 0
  #told = 0
  #heardAt = 0
  /** Monotonic ms of the earliest thing to do, at most. */
  #dueAt = Infinity
  #now: Now = { wall: 0, mono: 0 }

  constructor(init: BlockedInit) {
    this.#init = init
    this.#own = { caller: this, writes: 0, reads: 0, held: null }
  }

  get count(): number {
    return this.#byLane.size
  }

  /** The batch was applied: its call waits, unless it was served before the batch ended. */
  queued(call: QueuedCall): void {
    const name = nameOf(call)
    const early = this.#early.get(name)
    if (early !== undefined) {
      this.#early.delete(name)
      this.#answer(call, early)
      return
    }
    const waiter = this.#init.waiters.find(this.#idOf(call))
    const ms = waiter?.timeoutMs ?? 0
    const deadline = this.#deadlines.get(call.lane) ?? (ms === 0 ? Infinity : this.#now.mono + ms)
    const isOrphan = call.lane.isLeft === true
    const held = { ...call, deadline, ending: null, isOrphan, retryAt: 0, asked: null }
    this.#held.set(name, held)
    if (isOrphan) this.#dueAt = 0
    else this.#byLane.set(call.lane, held)
    this.#dueAt = Math.min(this.#dueAt, deadline)
    const wish = this.#wishes.get(call.lane)
    if (wish === undefined) return
    this.#wishes.delete(call.lane)
    this.unblock(call.lane, wish.how, wish.done)
  }

  /** As `queued`, where the caller was told that the outcome is not known. */
  abandoned(sequence: number, index: number): void {
    if (this.#early.delete(nameOf({ sequence, index }))) return
    const lane = { ...this.#own, isLeft: true }
    this.queued({ sequence, index, lane, ticket: 0, db: 0, args: [] })
  }

  /** A waiter of this origin was served, or ended by the state of its key. */
  served(answer: LateAnswer): void {
    this.#hear(answer.number)
    const name = nameOf(answer.id)
    const held = this.#held.get(name)
    if (held === undefined) this.#early.set(name, answer.reply)
    else this.#finish(held, answer.reply)
  }

  /** Nothing that is early is missed any more. */
  batchEnded(): void {
    if (this.#early.size > 0) this.#early.clear()
    if (this.#wishes.size > 0) this.#dropWishes(isUnderWay)
  }

  /** Of callers that were answered without having to wait; `stays` for those that may have to. */
  #dropWishes(stays: (lane: Lane) => boolean): void {
    for (const [lane, { done }] of [...this.#wishes]) {
      if (stays(lane)) continue
      this.#wishes.delete(lane)
      done(0)
    }
  }

  /** The leader took this member for dead: who still waits queues again. */
  cancelled(id: WaiterId): void {
    const held = this.#held.get(nameOf(id))
    if (held === undefined) return
    if (held.isOrphan || held.ending !== null) {
      this.#finish(held, held.ending === 'error' ? unblocked : nullArray)
      return
    }
    this.#forget(held)
    const spec = this.#init.specOf(held.args[0] ?? '')
    if (spec === undefined) return this.#answer(held, unknownResult)
    this.#deadlines.set(held.lane, held.deadline)
    const { db, args, ticket } = held
    this.#init.add(held.lane, { spec, write: true, db, args, ticket })
  }

  /** The caller is gone. */
  leave(lane: Lane): void {
    lane.held = null
    lane.isLeft = true
    this.#deadlines.delete(lane)
    this.#dropWishes((other) => other !== lane)
    const held = this.#byLane.get(lane)
    if (held === undefined) return
    this.#byLane.delete(lane)
    held.isOrphan = true
    this.#dueAt = 0
  }

  /** Ends the wait of a caller; `done` hears 1, or 0 where it does not wait or was served first. */
  unblock(lane: Lane, how: Ending, done: (reply: Reply) => void): void {
    const held = this.#byLane.get(lane)
    if (held === undefined && isUnderWay(lane) && !this.#wishes.has(lane)) {
      this.#wishes.set(lane, { how, done })
      return
    }
    if (held === undefined || held.ending !== null) return done(0)
    held.asked = done
    this.#end(held, how)
  }

  /** A snapshot took the place of the state: what happened to those who wait stands in it. */
  reconcile(): void {
    const { waiters } = this.#init
    for (const held of [...this.#held.values()]) {
      if (!waiters.has(this.#idOf(held))) this.#settle(held)
    }
  }

  /** As `reconcile`, of what was found elsewhere: all late answers that it has were told before. */
  resolve({ upTo, waits, isWhole }: FoundWaiters): void {
    for (const held of [...this.#held.values()]) {
      if (held.sequence > upTo || waits(nameOf(held))) continue
      // Without an answer it was ended: by this member, or by a leader that took it for dead.
      if (isWhole) this.cancelled(this.#idOf(held))
      else this.#finish(held, unknownResult)
    }
  }

  /** It waits no more, and not because of us: its answer is among the late ones. */
  #settle(held: Held): void {
    const answer = this.#init.waiters.answerOf(this.#idOf(held))
    if (answer !== null) this.#hear(answer.number)
    this.#finish(held, answer?.reply ?? unknownResult)
  }

  /** This member's numbering began anew: what became of those who wait is not known. */
  reset(): void {
    this.#heard = 0
    this.#told = 0
    this.#early.clear()
    this.#dropWishes(() => false)
    for (const held of [...this.#held.values()]) this.#finish(held, unknownResult)
  }

  /** Ends what is due. Called once per turn, before batches leave. */
  turn(now: Now): void {
    this.#now = now
    if (now.mono >= this.#dueAt) this.#endDue(now.mono)
    const unheard = this.#heard - this.#told
    if (unheard > 0) {
      const isLate = now.mono - this.#heardAt >= heardMs || unheard >= heardMax
      if (isLate || this.#init.isSending()) this.tell()
    }
  }

  /** Tells the group what was heard: what it has of earlier incarnations goes, too. */
  tell(): void {
    const heard = this.#heard
    this.#told = heard
    this.#call([heardName, String(heard)], (reply) => {
      if (!isError(reply)) return
      this.#told = 0
      // While nobody leads the group it would be refused at once, and again.
      this.#heardAt = this.#now.mono
    })
  }

  wakeAt(): number {
    const hearAt = this.#heard > this.#told ? this.#heardAt + heardMs : Infinity
    return Math.min(this.#dueAt, hearAt, Number.MAX_SAFE_INTEGER)
  }

  /** The answer to a call of our own. */
  answer(ticket: number, reply: Reply): void {
    const take = this.#calls.get(ticket)
    this.#calls.delete(ticket)
    take?.(reply)
  }

  #endDue(mono: number): void {
    let next = Infinity
    for (const held of [...this.#held.values()]) {
      if (held.ending !== null) continue
      const at = held.isOrphan ? held.retryAt : held.deadline
      if (at > mono) next = Math.min(next, at)
      else this.#end(held, held.isOrphan ? 'gone' : 'timeout')
    }
    this.#dueAt = next
  }

  #end(held: Held, how: Ending): void {
    held.ending = how
    if (hasBug('shard-unblock-is-trusted') && !held.isOrphan) this.#finish(held, nullArray)
    this.#call([unblockName, String(held.sequence), String(held.index)], (reply) => {
      held.ending = null
      const isOpen = this.#held.get(nameOf(held)) === held
      if (!isError(reply)) {
        held.asked?.(reply)
        if (!isOpen) return
        // Answers from a snapshot's windows come before what happened to those who wait is looked up.
        if (reply === 0 && this.#init.inquire !== undefined) {
          held.ending = how
          this.#init.inquire()
        } else if (reply === 0) this.#settle(held)
        else this.#finish(held, how === 'error' ? unblocked : nullArray)
        return
      }
      held.asked?.(reply)
      if (isOpen) this.#abandon(held)
    })
  }

  /** Its end did not go through: whoever waits hears that the outcome is not known, and it is tried again. */
  #abandon(held: Held): void {
    held.asked = null
    held.retryAt = this.#now.mono + retryMs
    this.#dueAt = Math.min(this.#dueAt, held.retryAt)
    if (held.isOrphan) return
    held.isOrphan = true
    this.#byLane.delete(held.lane)
    this.#answer(held, unknownResult)
  }

  #finish(held: Held, reply: Reply): void {
    this.#forget(held)
    if (!held.isOrphan) this.#answer(held, reply)
  }

  #forget(held: Held): void {
    this.#held.delete(nameOf(held))
    if (this.#byLane.get(held.lane) === held) this.#byLane.delete(held.lane)
  }

  #answer(call: QueuedCall, reply: Reply): void {
    const { lane } = call
    this.#deadlines.delete(lane)
    lane.writes--
    if (isSlotRefusal(reply)) refuse(lane, call, reply)
    else lane.caller.answer(call.ticket, reply)
  }

  #hear(number: number): void {
    if (this.#heard <= this.#told) this.#heardAt = this.#now.mono
    if (number > this.#heard) this.#heard = number
  }

  #call(args: readonly string[], take: (reply: Reply) => void): void {
    const ticket = ++this.#ticket
    this.#calls.set(ticket, take)
    this.#own.writes++
    this.#init.add(this.#own, { spec: ofWaitersSpec, write: true, db: 0, args, ticket })
  }

  #idOf({ sequence, index }: { readonly sequence: number; readonly index: number }): WaiterId {
    const { self } = this.#init
    return { origin: self, incarnation: this.#init.incarnation(), sequence, index }
  }
}

/** A command of the lane is not answered yet, nor queued. */
function isUnderWay(lane: Lane): boolean {
  return lane.writes > 0 || lane.held !== null
}

function nameOf({
  sequence,
  index,
}: {
  readonly sequence: number
  readonly index: number
}): string {
  return `${sequence}.${index}`
}

/** Commands among them that wait on: their callers do not come back at once. */
export function waitingIn(replies: readonly Reply[] | null): number {
  let count = 0
  for (let i = 0; i < (replies?.length ?? 0); i++) if (replies?.[i] === silent) count++
  return count
}
