// A replica's side of the group's guests: members that serve clients of the group and hold no replica of it. They
// number their clients' batches as every origin does; here they are told who leads, and by the leader
// what their batches were answered. What gets lost they ask for again, and find it in the windows.

import type { EntryHead } from '../api/entry.js'
import type { MemberId, Now } from '../api/ids.js'
import { type Reply, silent } from '../api/reply.js'
import { unknownResult } from '../api/replies.js'
import { estimate } from './estimate.js'
import type { Eavesdroppers, Told } from './event-log.js'
import {
  type Answers,
  type Count,
  encodeAnswers,
  encodeCancelled,
  encodeEvents,
  encodeLate,
  encodeNews,
  encodeShut,
  type Events,
  type SaidNote,
} from './guest-messages.js'
import type { Place } from './remote-reads.js'
import { channels, type ShardSink } from './sink.js'
import type { LateAnswer, WaiterId } from './waiters.js'
import type { Windows } from './windows.js'

export interface GuestsInit {
  readonly guests: () => readonly MemberId[]
  readonly sink: ShardSink
  readonly windows: Windows
  readonly isLeader: () => boolean
  /** Guests may be served by another replica at any time. */
  readonly merges: boolean
  /** It takes writes, too. */
  readonly leads: () => boolean
  /** Where order is not total: the life of this replica. */
  readonly term: () => number
  /** Calls this once all that is executed may be answered. */
  readonly settled: (tell: () => void) => void
  readonly applied: () => Place
  readonly counts: () => readonly Count[]
}

/** Bytes of replies in one message, where more than one is in it; and of one that is sent at all. */
const partBytes = 2 * 1024 * 1024
const replyBytesMax = 64 * 1024 * 1024

/** Milliseconds without a question: three of those that were due. */
const silentMs = 1_500

/** Of a guest that uses the group. */
interface Hearing {
  readonly subscription: number
  count: number
}

export class Guests implements Eavesdroppers {
  readonly #init: GuestsInit
  #ids: ReadonlySet<number>
  /** Those that use the group, as far as they said so on their present link, and what they hear of keys. */
  readonly #active = new Map<MemberId, Hearing>()
  #listeners = 0
  /** Monotonic ms of the last question. */
  readonly #heardAt = new Map<number, number>()
  /** Incarnations of guests of which nothing more is taken. */
  readonly #shut = new Map<MemberId, number>()
  #isDismissed = false
  /** Whose batch is being answered: its events went with the answers. */
  #answeredTo = 0
  /** Of the entry that is being executed. */
  #said: SaidNote[] = []

  constructor(init: GuestsInit) {
    this.#init = init
    this.#ids = new Set(init.guests())
  }

  /** Members are others now. */
  listed(): void {
    this.#ids = new Set(this.#init.guests())
    for (const id of this.#active.keys()) if (!this.#ids.has(id)) this.down(id)
  }

  has(member: number): boolean {
    return this.#ids.has(member)
  }

  down(member: MemberId): void {
    this.#active.delete(member)
    // Nothing that it sent before is under way any more.
    this.#shut.delete(member)
    this.#count()
  }

  /** A guest asks how this member stands, and what happens to keys where it has a subscription. */
  asked(from: MemberId, subscription: number, { mono }: Now): void {
    if (!this.has(from)) return
    this.#heardAt.set(from, mono)
    if (this.#active.get(from)?.subscription !== subscription) {
      this.#active.set(from, { subscription, count: 0 })
      this.#count()
    }
    this.tell(from)
  }

  /** It asks while its clients wait: another replica serves it by now, and nobody hears what it is given here. */
  isSilent(guest: number, { mono }: Now): boolean {
    if (!this.#init.merges || !this.#ids.has(guest)) return false
    return mono - (this.#heardAt.get(guest) ?? 0) > silentMs
  }

  #count(): void {
    this.#listeners = 0
    for (const { subscription } of this.#active.values()) if (subscription > 0) this.#listeners++
  }

  /** Somebody else leads, or nobody. */
  changed(): void {
    for (const guest of this.#active.keys()) this.tell(guest)
  }

  tell(guest: MemberId): void {
    if (!this.has(guest)) return
    const { leads, term, applied, counts, sink } = this.#init
    const heard = this.#active.get(guest) ?? { subscription: 0, count: 0 }
    const news = { leads: leads(), term: term(), at: applied(), counts: counts(), heard }
    sink.send(guest, channels.host, encodeNews(news))
  }

  get isWanted(): boolean {
    return this.#listeners > 0
  }

  told(list: readonly Told[]): void {
    const answered = this.#answeredTo
    this.#answeredTo = 0
    if (this.#listeners > 0) this.#tellAll(list, false, answered)
  }

  forgotten(): void {
    if (this.#listeners > 0) this.#tellAll([], true, 0)
  }

  #tellAll(list: readonly Told[], isForgotten: boolean, but: number): void {
    for (const [guest, hearing] of this.#active) {
      if (hearing.subscription === 0 || guest === but) continue
      hearing.count++
      this.#init.sink.send(guest, channels.host, encodeEvents({ ...hearing, list, isForgotten }))
    }
  }

  /** A script of a guest's client does what takes place where the client is. */
  said(index: number, db: number, args: readonly string[]): void {
    if (this.#init.isLeader()) this.#said.push({ index, db, args })
  }

  /** What scripts said in the entry that was executed. */
  takeSaid(): readonly SaidNote[] {
    const said = this.#said
    if (said.length > 0) this.#said = []
    return said
  }

  /** A batch of another member was applied, and may be answered. */
  answered(
    head: EntryHead,
    replies: readonly Reply[],
    of: { readonly told: readonly Told[]; readonly said: readonly SaidNote[] },
  ): void {
    const { told, said } = of
    if (!this.#init.isLeader()) return
    const hearing = this.#active.get(head.origin as MemberId)
    let events: Events | null = null
    if (hearing !== undefined && hearing.subscription > 0 && told.length > 0) {
      hearing.count++
      events = { ...hearing, list: told, isForgotten: false }
      this.#answeredTo = head.origin
    }
    this.#answer(head, replies, { said, events, isAgain: false })
  }

  /** A guest sent a batch again that is proposed: its answer goes again, too, if it is applied. */
  again(guest: MemberId, incarnation: number, sequence: number): void {
    if (!this.has(guest)) return
    const { windows, settled } = this.#init
    const replies = windows.find(guest, incarnation, sequence)
    if (replies === null) return
    const head = { origin: guest, incarnation, sequence }
    settled(() => this.#answer(head, replies, { said: [], events: null, isAgain: true }))
  }

  /**
   * It takes no writes for now: what the guest sends from this batch on is its to send elsewhere. Behind the answers to
   * what was executed before: once it goes elsewhere it waits for none.
   */
  shut(guest: MemberId, incarnation: number, sequence: number): void {
    if (!this.has(guest)) return
    this.#shut.set(guest, incarnation)
    const body = encodeShut({ incarnation, sequence })
    this.#init.settled(() => this.#init.sink.send(guest, channels.host, body))
  }

  /** It stops: the same for all, before they send anything in vain. `next`: the batch that it would take next of one. */
  dismiss(next: (guest: MemberId, incarnation: number) => number): void {
    if (this.#isDismissed) return
    this.#isDismissed = true
    for (const guest of this.#active.keys()) {
      const incarnation = this.#init.windows.incarnation(guest)
      if (incarnation > 0) this.shut(guest, incarnation, next(guest, incarnation))
    }
  }

  /** It was told so: what is still under way to here may be elsewhere by now. */
  isShut(guest: MemberId, incarnation: number): boolean {
    return incarnation <= (this.#shut.get(guest) ?? -1)
  }

  /** A command that waited was answered. */
  served(answer: LateAnswer): void {
    if (!this.has(answer.id.origin) || !this.#init.isLeader()) return
    this.#init.sink.send(answer.id.origin as MemberId, channels.host, encodeLate(answer))
  }

  cancelled(ids: readonly WaiterId[]): void {
    const origin = ids[0]?.origin
    if (origin === undefined || !this.has(origin) || !this.#init.isLeader()) return
    this.#init.sink.send(origin as MemberId, channels.host, encodeCancelled(ids))
  }

  #answer(
    { origin, incarnation, sequence }: Pick<EntryHead, 'origin' | 'incarnation' | 'sequence'>,
    replies: readonly Reply[],
    { said, events, isAgain }: Pick<Answers, 'said' | 'events' | 'isAgain'>,
  ): void {
    const { sink, applied } = this.#init
    const at = applied()
    const total = replies.length
    let first = 0
    do {
      const part: Reply[] = []
      const timeouts: number[] = []
      for (let bytes = 0; first + part.length < total && bytes < partBytes; ) {
        const index = first + part.length
        const reply = replies[index] as Reply
        const size = estimate(reply)
        if (part.length > 0 && bytes + size > partBytes) break
        bytes += size
        part.push(size > replyBytesMax ? unknownResult : reply)
        if (reply === silent) {
          const id = { origin, incarnation, sequence, index }
          timeouts.push(this.#init.windows.waiters.find(id)?.timeoutMs ?? 0)
        }
      }
      const end = first + part.length
      const notes = said.filter(({ index }) => index >= first && index < end)
      const answers = { incarnation, sequence, total, first, replies: part, timeouts, at, isAgain }
      const last = end === total ? events : null
      const body = encodeAnswers({ ...answers, said: notes, events: last })
      if (!sink.send(origin as MemberId, channels.host, body)) return
      first = end
    } while (first < total)
  }
}
