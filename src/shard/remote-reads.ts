// Reads that a member cannot serve itself, because it holds no replica, or takes no entries while its disk
// is short: they are handed to the leader, or where they ask for less to whoever is near, who reads as if
// its own client had asked and sends the replies back. Idempotent: a lost message is sent again, and of
// a level only the oldest round is answered, so that reads of one connection take place in their order.

import type { CommandSpec } from '../api/command.js'
import { type Caller, type GroupCall, type Lane, makeLane } from '../api/group.js'
import type { MemberId, Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import { decodeReply, encodeReply } from '../api/reply-codec.js'
import { busyGroup } from '../api/replies.js'
import { wholeName, wholeSpec } from '../api/slot-moves.js'
import type { ReadLevel } from '../api/strategy.js'
import { ByteReader, ByteWriter } from '../base/bytes.js'
import { hasBug } from '../base/seeded-bug.js'
import { decodeCommands, encodeCommands } from './batch.js'
import { originStateName, originStateSpec } from './origin-state.js'
import type { ReadRound } from './reads.js'
import { channels, type ShardSink } from './sink.js'
import { estimate } from './estimate.js'
import { transactionSpecs } from './transaction.js'

export interface RemoteReadsInit {
  readonly sink: ShardSink
  readonly spec: (name: string) => CommandSpec | undefined
  /** The leader's side: as a command of its own client. */
  readonly submit: (lane: Lane, call: GroupCall) => void
  /** The asking side: a read is answered. */
  readonly answer: (lane: Lane, call: GroupCall, reply: Reply) => void
  /** The answering side: how far the group is applied here. */
  readonly applied: () => Place
  /** The asking side: what its reads may not be behind; absent where they only ask the leader. */
  readonly floor?: () => Place
  /** The asking side: so far the member had applied that answered. */
  readonly seen?: (place: Place, from: MemberId) => void
  /** The asking side: what was answered just now was read a while ago. */
  readonly wasLate?: () => void
}

/** How far a group is applied, where order is total. */
export interface Place {
  readonly era: number
  readonly term: number
  readonly index: number
}

/** No client can send them: the router makes the ones, an origin without a replica the other. */
const hidden = new Map([
  ...transactionSpecs,
  [originStateName, originStateSpec],
  [wholeName, wholeSpec],
])
const nowhere: Place = { era: 0, term: 0, index: 0 }
const levels: readonly ReadLevel[] = ['linearizable', 'sequential', 'causal', 'local']

interface Asked {
  readonly id: number
  readonly round: ReadRound
  readonly body: Uint8Array
  /** Who was asked last. */
  to: MemberId | null
  /** It was answered before an older one. */
  isEarly: boolean
  /** Monotonic ms of the last sending, 0 for: at once. */
  sentAt: number
}

const version = 2
/** Milliseconds until what could not be sent is tried again. */
const unsentMs = 25
/** Bytes of replies that go into one answer; what is larger is refused. */
const answerBytesMax = limits.frameBytesMax / 2

export class RemoteReads {
  readonly #init: RemoteReadsInit
  /** Oldest first. */
  #asked: Asked[] = []
  #id = 0

  constructor(init: RemoteReadsInit) {
    this.#init = init
  }

  get pending(): number {
    let count = 0
    for (const each of this.#asked) count += each.round.calls.length
    return count
  }

  add(rounds: readonly ReadRound[]): void {
    for (const round of rounds) {
      const id = ++this.#id
      const calls = round.calls.map((call) => call.args)
      const commands = encodeCommands({ databases: round.calls.map((call) => call.db), calls })
      const floor = this.#init.floor?.() ?? nowhere
      const body = new ByteWriter(commands.length + 32)
        .byte(version)
        .varint(id)
        .byte(levels.indexOf(round.reads.level))
        .varint(floor.era)
        .varint(floor.index)
        .raw(commands)
        .finish()
      this.#asked.push({ id, round, body, to: null, isEarly: false, sentAt: 0 })
    }
  }

  /** This member can read for itself again: what is not answered is its own to serve. */
  takeBack(): ReadRound[] {
    return this.#asked.splice(0).map((each) => each.round)
  }

  /** Sends what was not sent, or not answered for a while; what the leader need not serve to `near`. */
  flush(now: Now, leader: MemberId | null, near = leader): void {
    for (const each of this.#asked) {
      if (each.sentAt !== 0 && now.mono - each.sentAt < limits.resendMs) continue
      const to = each.round.reads.isLocal ? near : leader
      if (to === null) continue
      if (!this.#init.sink.send(to, channels.read, each.body)) return
      each.to = to
      each.sentAt = now.mono
    }
  }

  /** Another member leads: everything goes to it. */
  retryAll(): void {
    for (const each of this.#asked) each.sentAt = 0
  }

  /** Another member answered. */
  answered(from: MemberId, body: Uint8Array): void {
    const reader = new ByteReader(body)
    const isKnown = reader.byte() === version
    const id = reader.varint()
    const place = { era: reader.varint(), term: reader.varint(), index: reader.varint() }
    const isLate = reader.boolean()
    const at = isKnown ? this.#asked.findIndex((each) => each.id === id) : -1
    const found = this.#asked[at]
    // Who was asked before may have read before what others were shown since.
    if (found === undefined || found.to !== from) return
    const { lanes, calls, reads } = found.round
    const oldest = this.#asked.findIndex(({ round }) => round.reads.level === reads.level)
    if (oldest !== at) {
      // The one before was lost and will be read after it: so this one is read again, behind that.
      found.isEarly = true
      return
    }
    const replies: Reply[] = []
    for (let i = 0; i < calls.length && reader.ok; i++) replies.push(decodeReply(reader))
    if (!reader.ok) return
    this.#asked.splice(at, 1)
    for (const each of this.#asked) {
      if (each.isEarly) each.sentAt = 0
      each.isEarly = false
    }
    replies.forEach((reply, i) => {
      this.#init.answer(lanes[i] as Lane, calls[i] as GroupCall, reply)
    })
    this.#init.seen?.(place, from)
    if (isLate) this.#init.wasLate?.()
  }

  /** Refuses what is past its deadline; reads have no effect, so the refusal is definite. */
  expire(now: Now, why: () => ErrorReply): void {
    for (let oldest = this.#asked[0]; oldest !== undefined; oldest = this.#asked[0]) {
      if (oldest.round.deadline > now.mono) return
      this.#asked.shift()
      const { lanes, calls } = oldest.round
      const reply = why()
      calls.forEach((call, i) => {
        this.#init.answer(lanes[i] as Lane, call, reply)
      })
    }
  }

  wakeAt(now: Now): number {
    const oldest = this.#asked[0]
    if (oldest === undefined) return Number.MAX_SAFE_INTEGER
    // What could not be sent is tried again soon: there is no link, or no leader.
    const sendAt = this.#asked.some((each) => each.sentAt === 0)
      ? now.mono + unsentMs
      : oldest.sentAt + limits.resendMs
    return Math.min(oldest.round.deadline, sendAt)
  }

  #specOf(name: string): CommandSpec | undefined {
    return hidden.get(name) ?? this.#init.spec(name)
  }

  /** The answering side: another member hands its reads over. */
  asked(from: MemberId, body: Uint8Array): void {
    const reader = new ByteReader(body)
    const isKnown = reader.byte() === version
    const id = reader.varint()
    const asked = levels[reader.byte()]
    const floor = { era: reader.varint(), index: reader.varint() }
    const commands = isKnown ? decodeCommands(reader) : null
    if (commands === null || commands.calls.length === 0 || asked === undefined) return
    const { era, index } = this.#init.applied()
    // What it asks for this member has to hear of first: it asks again.
    if (era < floor.era) return
    const isBehind = era === floor.era && index < floor.index && !hasBug('remote-read-no-floor')
    const level = isBehind ? 'linearizable' : asked
    const specs = commands.calls.map((args) => this.#specOf(args[0] ?? ''))
    if (!specs.every((spec) => spec?.flags.includes('readonly') === true)) return
    const { sink, applied } = this.#init
    const caller = new RemoteCaller(commands.calls.length, applied, (replies, isLate) => {
      sink.send(from, channels.answer, encodeAnswer(id, { at: applied(), isLate }, replies))
    })
    const lane = makeLane(caller)
    commands.calls.forEach((args, ticket) => {
      const spec = specs[ticket] as CommandSpec
      const db = commands.databases[ticket] as number
      this.#init.submit(lane, { spec, write: false, db, args, ticket, level })
    })
  }
}

/** Gathers the replies to one member's reads. */
class RemoteCaller implements Caller {
  readonly #replies: Reply[]
  readonly #applied: () => Place
  readonly #done: (replies: readonly Reply[], isLate: boolean) => void
  #left: number
  /** Applied when the first of them was read. */
  #from = 0

  constructor(
    count: number,
    applied: () => Place,
    done: (replies: readonly Reply[], isLate: boolean) => void,
  ) {
    this.#replies = new Array<Reply>(count).fill(null)
    this.#left = count
    this.#applied = applied
    this.#done = done
  }

  answer(ticket: number, reply: Reply): void {
    const { index } = this.#applied()
    if (this.#left === this.#replies.length) this.#from = index
    this.#replies[ticket] = reply
    if (--this.#left === 0) this.#done(this.#replies, index !== this.#from)
  }
}

function encodeAnswer(
  id: number,
  { at, isLate }: { readonly at: Place; readonly isLate: boolean },
  replies: readonly Reply[],
): Uint8Array {
  const writer = new ByteWriter(256).byte(version).varint(id)
  writer.varint(at.era).varint(at.term).varint(at.index).boolean(isLate)
  for (const reply of replies) {
    const isFitting = writer.length + estimate(reply) <= answerBytesMax
    encodeReply(writer, isFitting ? reply : busyGroup)
  }
  return writer.finish()
}
