// The origin's side of writes: gathers the commands of a turn into batches, numbers them, sends them
// to the leader, sends them again after a leader change, and answers the callers when this member
// applies them. Each command is answered exactly once: by its reply, by a definite error if it was
// never proposed, or by UNKNOWNRESULT when its deadline passes.

import type { GroupCall, Lane } from '../api/group.js'
import type { Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { type ErrorReply, type Reply, silent } from '../api/reply.js'
import { unknownResult } from '../api/replies.js'
import { hasBug } from '../base/seeded-bug.js'
import { assert } from '../base/assert.js'
import { Batch, emptyBytes } from './batch.js'
import { answerOne, tell } from './batch-answers.js'
import { type QueuedCall, waitingIn } from './blocked.js'
import type { Tellable } from './event-log.js'
import { AnswerTime, Gathering } from './gathering.js'

/** Milliseconds until a sending that failed is tried again. */
const blockedMs = 25

/** Sends one numbered batch towards the leader. False: could not, try again later. */
export type SendBatch = (batch: Batch, acknowledged: number) => boolean

/** Who keeps the commands that were applied and wait for their answer. */
export interface WaitingCalls {
  queued(call: QueuedCall): void
  /** The same, where nobody waits any more. */
  abandoned(sequence: number, index: number): void
  batchEnded(): void
  reset(): void
}

const nothing = (): void => undefined
const nobody = { queued: nothing, abandoned: nothing, batchEnded: nothing, reset: nothing }

export interface OriginCounters {
  batches: number
  resends: number
  unknown: number
  refused: number
  resets: number
}

export class Origin {
  readonly #requestMs: number
  readonly #blocked: WaitingCalls
  /** Process incarnation times 1024, plus the resets since: what windows know this origin by. */
  incarnation = 0
  /** Milliseconds for which callers wait longer: their commands stand behind a script here. */
  graceMs = 0
  /** Sent and not answered, in sequence order without gaps. */
  #flight: Batch[] = []
  /** Bytes of the batches in `#flight`. */
  #flightBytes = 0
  /** Not sent yet: full batches, then the one being filled; for `requestMs` at most. */
  #waiting: Batch[] = []
  /** Bytes of the commands in `#waiting`. */
  #waitingBytes = 0
  #sequence = 0
  /** All up to this batch were answered. */
  acknowledged = 0
  /** Commands of the largest of the batches that were sent lately. */
  #expected = 0
  /** The last flush could not send: trying again in the same pass would spin. */
  #isBlocked = false
  readonly #gathering: Gathering
  readonly #patience = new AnswerTime()
  /** The turn of the last flush. */
  #turn: Now = { wall: 0, mono: 0 }
  /** The last turn that sent something: what is answered in the same was not written anywhere. */
  #sentIn: Now | null = null
  /** Monotonic ms of the last resend that a leader's `expect` asked for. */
  #expectedAt = 0
  readonly counters: OriginCounters = { batches: 0, resends: 0, unknown: 0, refused: 0, resets: 0 }

  constructor(requestMs: number, blocked: WaitingCalls = nobody, gathering = new Gathering()) {
    this.#requestMs = requestMs
    this.#blocked = blocked
    this.#gathering = gathering
  }

  /** Commands that wait for their answer. */
  get pending(): number {
    let count = 0
    for (const batch of this.#flight) count += batch.waiting
    for (const batch of this.#waiting) count += batch.waiting
    return count
  }

  get isEmpty(): boolean {
    return this.#flight.length === 0 && this.#waiting.length === 0
  }

  /** Nothing was ever sent under this incarnation. */
  get isUnheard(): boolean {
    return this.#sequence === 0
  }

  get isSending(): boolean {
    return this.#waiting.length > 0
  }

  /** Something waits, there is room for one more batch, and the last sending did not fail. */
  maySend(now: Now): boolean {
    const first = this.#waiting[0]
    return !this.#isBlocked && first !== undefined && this.#mayFollow(first, now)
  }

  /** Too much waits: refuse what comes. */
  get isFull(): boolean {
    return (
      this.#waiting.length >= limits.batchesWaitingMax ||
      this.#waitingBytes >= limits.batchesWaitingBytesMax
    )
  }

  add(lane: Lane, call: GroupCall, now: Now): void {
    let batch = this.#waiting[this.#waiting.length - 1]
    if (batch === undefined || batch.isFull) {
      batch = new Batch(this.acknowledged, this.#expected)
      batch.deadline = now.mono + this.#requestMs
      this.#waiting.push(batch)
    }
    const before = batch.bytes
    batch.add(lane, call)
    this.#waitingBytes += batch.bytes - before
    this.#gathering.came()
  }

  /** Sends what waits, and again what must be. */
  flush(now: Now, send: SendBatch): void {
    this.#isBlocked = !this.#flush(now, send)
  }

  /**
   * One batch is under way at a time while the group answers fast: what comes meanwhile makes the next
   * one larger, because each costs a sync and a round of messages whatever its size; and so does what
   * the callers send that were just answered. Where the answer takes longer than usual (a slow disk, a lost
   * message) or than the bound (a far member) the next one goes; a full one at once.
   */
  #mayFollow(batch: Batch, now: Now): boolean {
    const last = this.#flight[this.#flight.length - 1]
    if (last === undefined) return batch.isFull || !this.#gathering.holds(now)
    if (!this.#hasRoom(batch)) return false
    return batch.isFull || now.mono - last.sentAt >= this.#patience.ms
  }

  /** Whether one more may be under way. More bytes would only queue up in front of heartbeats. */
  #hasRoom(batch: Batch): boolean {
    return (
      this.#flight.length < limits.batchesInFlightMax &&
      this.#flightBytes + batch.bytes <= limits.batchesInFlightBytesMax
    )
  }

  get #resendMs(): number {
    return limits.resendMs + Math.floor(this.#flightBytes / limits.resendBytesPerMs)
  }

  #flush(now: Now, send: SendBatch): boolean {
    this.#turn = now
    for (const batch of this.#flight) {
      if (batch.sentAt !== 0 && now.mono - batch.sentAt < this.#resendMs) continue
      if (batch.sentAt !== 0) this.counters.resends++
      if (!send(batch, batch.acknowledged)) return false
      batch.sentAt = now.mono
    }
    let sent = 0
    let isSent = true
    for (const batch of this.#waiting) {
      if (!this.#mayFollow(batch, now)) break
      batch.sequence = this.#sequence + 1
      batch.seal()
      this.#expected = Math.max(batch.count, this.#expected - (this.#expected >> 3))
      isSent = send(batch, batch.acknowledged)
      if (!isSent) {
        batch.sequence = 0
        break
      }
      this.#sequence++
      batch.sentAt = now.mono
      this.counters.batches++
      this.#gathering.left(batch.count)
      this.#flight.push(batch)
      this.#sentIn = now
      this.#flightBytes += batch.bytes
      sent++
    }
    if (sent > 0) this.#drop(sent)
    return isSent
  }

  /** Leader or term changed, or a proposal was dropped: everything unanswered goes out again, in order. */
  resendAll(): void {
    for (const batch of this.#flight) {
      if (batch.sentAt !== 0) this.counters.resends++
      batch.sentAt = 0
    }
  }

  /** The leader waits for `sequence`. */
  expect(sequence: number, now: Now): void {
    const oldest = this.#flight[0]
    if (oldest === undefined) return
    // A new leader has not applied yet what was answered here, or the message is old: it will ask again.
    if (sequence < oldest.sequence) return
    if (now.mono - this.#expectedAt < 20) return
    this.#expectedAt = now.mono
    for (const batch of this.#flight) if (batch.sequence >= sequence) batch.sentAt = 0
  }

  /** This member's own windows hold batches up to `applied`: if answered ones are missing, history was lost. */
  holds(applied: number): void {
    if (applied < this.acknowledged) this.#reset()
  }

  /**
   * The group knows this origin by `known`. An incarnation is drawn from the clock where the disk was
   * lost, so an earlier life of this member may have had a later one, or the same: then nothing that we
   * number is heard, or worse, it is taken for a repetition. Numbering starts anew above it. `leap`
   * (1 or more) is drawn by chance: a life that did the same, and whose batches are not applied yet,
   * must not have this number.
   */
  outlive(known: number, leap: number): void {
    if (this.isOutlived(known)) this.#reset(known + leap)
  }

  isOutlived(known: number): boolean {
    return known > this.incarnation || (known === this.incarnation && this.#sequence === 0)
  }

  /** Whoever takes the batches takes none of this life from this one on: they go on under another one. */
  shut(sequence: number): void {
    const isBack = (batch: Batch): boolean => batch.sequence >= sequence && !batch.isVoid
    const back = this.#flight.filter(isBack)
    this.#flight = this.#flight.filter((batch) => !isBack(batch))
    for (const batch of back) {
      batch.sequence = 0
      batch.sentAt = 0
      this.#waitingBytes += batch.bytes - emptyBytes
      this.#gathering.returned(batch.count)
    }
    this.#waiting.unshift(...back)
    this.#reset()
  }

  /** The batch that is under way with this number. */
  batch(sequence: number): Batch | null {
    return this.#flight.find((each) => each.sequence === sequence) ?? null
  }

  /** This member applied the batch (or a snapshot that holds its answers). */
  answered(sequence: number, replies: readonly Reply[] | null, events?: Tellable): void {
    const place = this.#flight.findIndex((batch) => batch.sequence === sequence)
    if (place < 0) return
    const [batch] = this.#flight.splice(place, 1) as [Batch]
    this.#flightBytes -= batch.bytes
    this.#gathering.landed(batch.count)
    if (batch.sentAt > 0) this.#patience.took(this.#turn.mono - batch.sentAt)
    const oldest = this.#flight[0]
    this.acknowledged = oldest === undefined ? this.#sequence : oldest.sequence - 1
    const count = batch.lanes.length
    // What is answered in the turn that sent it cost neither a sync nor a round of messages: it need not be large.
    if (oldest === undefined && this.#sentIn !== this.#turn) {
      const back = count - waitingIn(replies)
      this.#gathering.begin(back, this.#turn.mono + this.#patience.ms)
    }
    assert(
      replies === null || batch.isVoid || replies.length === count,
      'a batch gets one reply per command',
    )
    for (let i = 0; i < count; i++) {
      const reply = replies === null ? unknownResult : (replies[i] as Reply)
      if (reply === silent) this.#wait(batch, i)
      else answerOne(batch, i, reply)
      events?.answered(i, (batch.lanes[i] as Lane).caller)
    }
    if (batch.isVoid) {
      replies?.forEach((reply, index) => {
        if (reply === silent) this.#blocked.abandoned(sequence, index)
      })
    }
    this.#blocked.batchEnded()
  }

  #wait(batch: Batch, index: number): void {
    const { sequence, lanes, tickets, databases, calls } = batch
    const lane = lanes[index] as Lane
    const ticket = tickets[index] as number
    const db = databases[index] as number
    const args = calls[index] as readonly string[]
    this.#blocked.queued({ sequence, index, lane, ticket, db, args })
  }

  /** For the bug bank only: answers before anything is known. */
  answeredEarly(sequence: number, replies: readonly Reply[]): void {
    const batch = this.#flight.find((each) => each.sequence === sequence) ?? this.#waiting[0]
    if (batch === undefined) return
    batch.seal()
    for (let i = 0; i < batch.lanes.length; i++) answerOne(batch, i, replies[i] as Reply)
    batch.lanes = []
    batch.tickets = []
    batch.isVoid = true
  }

  /** Sequences that wait, for looking them up in a snapshot's windows. */
  sequences(): readonly number[] {
    return this.#flight.map((batch) => batch.sequence)
  }

  /** What stood in front is over: what is sent has its whole time from now on. */
  renew(now: Now): void {
    for (const batch of this.#flight) batch.deadline = now.mono + this.#requestMs
  }

  /** When a batch under way is told of as unknown. A script may run for long, and so may one in front. */
  #endOf(batch: Batch): number {
    return batch.deadline + (batch.isScripted ? limits.scriptMsMax : this.graceMs)
  }

  /** Answers what is past its deadline; `why` is the definite error for commands never sent. */
  expire(now: Now, why: () => ErrorReply): void {
    for (const batch of this.#flight) {
      if (this.#endOf(batch) > now.mono || batch.isVoid) continue
      this.counters.unknown += batch.waiting
      const reply = hasBug('shard-definite-after-propose') ? why() : unknownResult
      tell(batch, reply)
      batch.isVoid = true
    }
    const kept = this.#waiting.findIndex((batch) => batch.deadline > now.mono)
    const expired = kept < 0 ? this.#waiting.length : kept
    if (expired === 0) return
    // Out of the queue first: whoever is told may add a command at once.
    for (const batch of this.#drop(expired)) this.#refuse(batch, why())
  }

  /** Everything that was not sent is refused with this. */
  refuse(reply: ErrorReply): void {
    for (const batch of this.#drop(this.#waiting.length)) this.#refuse(batch, reply)
  }

  #refuse(batch: Batch, reply: ErrorReply): void {
    this.counters.refused += batch.waiting
    this.#gathering.gone(batch.count)
    tell(batch, reply)
  }

  /** Takes the oldest batches out of those that wait. */
  #drop(count: number): readonly Batch[] {
    const gone = this.#waiting.splice(0, count)
    for (const batch of gone) this.#waitingBytes -= batch.bytes - emptyBytes
    return gone
  }

  wakeAt(now: Now): number {
    const oldest = this.#flight[0]
    const waiting = this.#waiting[0]
    let at = waiting === undefined ? Number.MAX_SAFE_INTEGER : waiting.deadline
    const last = this.#flight[this.#flight.length - 1]
    if (this.#isBlocked && !this.isEmpty) at = Math.min(at, now.mono + blockedMs)
    else if (waiting !== undefined && last !== undefined && this.#hasRoom(waiting)) {
      at = Math.min(at, Math.max(last.sentAt + this.#patience.ms, now.mono + 1))
    }
    if (waiting !== undefined && last === undefined && this.#gathering.holds(now)) {
      at = Math.min(at, this.#gathering.until)
    }
    if (oldest !== undefined) {
      // A resend that is due and could not leave waits for the next try, too.
      const isHeld = oldest.sentAt === 0 || this.#isBlocked
      const resend = isHeld ? now.mono + blockedMs : oldest.sentAt + this.#resendMs
      // Whoever was told already stands in front of those that are told next.
      const untold = this.#flight.find((batch) => !batch.isVoid)
      at = Math.min(at, resend, untold === undefined ? resend : this.#endOf(untold))
    }
    return at
  }

  /**
   * The group's history has lost answered batches (a forced recovery): numbering starts anew under a
   * higher incarnation, and what was in flight has an unknown outcome.
   */
  #reset(incarnation = this.incarnation + 1): void {
    this.counters.resets++
    const flight = this.#flight
    this.#flight = []
    this.#flightBytes = 0
    for (const batch of flight) {
      this.counters.unknown += batch.waiting
      this.#gathering.landed(batch.count)
      tell(batch, unknownResult)
    }
    this.#sequence = 0
    this.acknowledged = 0
    for (const batch of this.#waiting) batch.acknowledged = 0
    this.incarnation = incarnation
    this.#blocked.reset()
  }
}
