// Reads that a member cannot serve itself, because it takes no entries while its disk is short: they
// are handed to the leader, which reads as if its own client had asked and sends the replies back.
// Idempotent: a lost message is sent again, and only the oldest round is answered, so that reads of
// one connection keep their order.

import type { CommandSpec } from '../api/command.js'
import { type Caller, type GroupCall, type Lane, makeLane } from '../api/group.js'
import type { MemberId, Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import { decodeReply, encodeReply } from '../api/reply-codec.js'
import { busyGroup } from '../api/replies.js'
import { ByteReader, ByteWriter } from '../base/bytes.js'
import { decodeCommands, encodeCommands } from './batch.js'
import type { ReadRound } from './reads.js'
import { channels, type ShardSink } from './sink.js'
import { estimate } from './estimate.js'

export interface RemoteReadsInit {
  readonly sink: ShardSink
  readonly spec: (name: string) => CommandSpec | undefined
  /** The leader's side: as a command of its own client. */
  readonly submit: (lane: Lane, call: GroupCall) => void
  /** The asking side: a read is answered. */
  readonly answer: (lane: Lane, call: GroupCall, reply: Reply) => void
}

interface Asked {
  readonly id: number
  readonly round: ReadRound
  readonly body: Uint8Array
  /** Monotonic ms of the last sending, 0 for: at once. */
  sentAt: number
}

const version = 1
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
      const body = new ByteWriter(commands.length + 16)
        .byte(version)
        .varint(id)
        .raw(commands)
        .finish()
      this.#asked.push({ id, round, body, sentAt: 0 })
    }
  }

  /** This member can read for itself again: what is not answered is its own to serve. */
  takeBack(): ReadRound[] {
    return this.#asked.splice(0).map((each) => each.round)
  }

  /** Sends what was not sent, or not answered for a while. */
  flush(now: Now, leader: MemberId | null): void {
    if (leader === null) return
    for (const each of this.#asked) {
      if (each.sentAt !== 0 && now.mono - each.sentAt < limits.resendMs) continue
      if (!this.#init.sink.send(leader, channels.read, each.body)) return
      each.sentAt = now.mono
    }
  }

  /** Another member leads: everything goes to it. */
  retryAll(): void {
    for (const each of this.#asked) each.sentAt = 0
  }

  /** The leader answered. */
  answered(body: Uint8Array): void {
    const reader = new ByteReader(body)
    const isKnown = reader.byte() === version
    const id = reader.varint()
    const oldest = this.#asked[0]
    if (!isKnown || oldest === undefined || oldest.id !== id) return
    const { lanes, calls } = oldest.round
    const replies: Reply[] = []
    for (let i = 0; i < calls.length && reader.ok; i++) replies.push(decodeReply(reader))
    if (!reader.ok) return
    this.#asked.shift()
    replies.forEach((reply, i) => {
      this.#init.answer(lanes[i] as Lane, calls[i] as GroupCall, reply)
    })
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
    const sendAt = oldest.sentAt === 0 ? now.mono + unsentMs : oldest.sentAt + limits.resendMs
    return Math.min(oldest.round.deadline, sendAt)
  }

  /** The leader's side: another member hands its reads over. */
  asked(from: MemberId, body: Uint8Array): void {
    const reader = new ByteReader(body)
    const isKnown = reader.byte() === version
    const id = reader.varint()
    const commands = isKnown ? decodeCommands(reader) : null
    if (commands === null || commands.calls.length === 0) return
    const specs = commands.calls.map((args) => this.#init.spec(args[0] ?? ''))
    if (!specs.every((spec) => spec?.flags.includes('readonly') === true)) return
    const caller = new RemoteCaller(commands.calls.length, (replies) => {
      this.#init.sink.send(from, channels.answer, encodeAnswer(id, replies))
    })
    const lane = makeLane(caller)
    commands.calls.forEach((args, ticket) => {
      const spec = specs[ticket] as CommandSpec
      const db = commands.databases[ticket] as number
      this.#init.submit(lane, { spec, write: false, db, args, ticket, level: 'linearizable' })
    })
  }
}

/** Gathers the replies to one member's reads. */
class RemoteCaller implements Caller {
  readonly #replies: Reply[]
  readonly #done: (replies: readonly Reply[]) => void
  #left: number

  constructor(count: number, done: (replies: readonly Reply[]) => void) {
    this.#replies = new Array<Reply>(count).fill(null)
    this.#left = count
    this.#done = done
  }

  answer(ticket: number, reply: Reply): void {
    this.#replies[ticket] = reply
    if (--this.#left === 0) this.#done(this.#replies)
  }
}

function encodeAnswer(id: number, replies: readonly Reply[]): Uint8Array {
  const writer = new ByteWriter(256).byte(version).varint(id)
  for (const reply of replies) {
    const isFitting = writer.length + estimate(reply) <= answerBytesMax
    encodeReply(writer, isFitting ? reply : busyGroup)
  }
  return writer.finish()
}
