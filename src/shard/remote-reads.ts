// Reads that a member cannot serve itself, because it holds no replica, or takes no entries while its disk
// is short: they are handed to the leader, or where they ask for less to whoever is near, who reads as if
// its own client had asked and sends the replies back. Idempotent: a lost message is sent again. Rounds
// are answered in their order, so that reads of one connection keep theirs.

import type { CommandSpec } from '../api/command.js'
import { type Caller, type GroupCall, type Lane, makeLane } from '../api/group.js'
import type { MemberId, Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import { decodeReply, encodeReply } from '../api/reply-codec.js'
import { busyGroup } from '../api/replies.js'
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
  readonly seen?: (place: Place) => void
}

/** How far a group is applied, where order is total. */
export interface Place {
  readonly era: number
  readonly term: number
  readonly index: number
}

/** No client can send them: the router makes the ones, an origin without a replica the other. */
const hidden = new Map([...transactionSpecs, [originStateName, originStateSpec]])
const nowhere: Place = { era: 0, term: 0, index: 0 }
const levels: readonly ReadLevel[] = ['linearizable', 'sequential', 'causal', 'local']

interface Asked {
  readonly id: number
  readonly round: ReadRound
  readonly body: Uint8Array
  /** Until those before it are answered. */
  replies: readonly Reply[] | null
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
      this.#asked.push({ id, round, body, replies: null, sentAt: 0 })
    }
  }

  /** This member can read for itself again: what is not answered is its own to serve. */
  takeBack(): ReadRound[] {
    return this.#asked.splice(0).map((each) => each.round)
  }

  /** Sends what was not sent, or not answered for a while; what the leader need not serve to `near`. */
  flush(now: Now, leader: MemberId | null, near = leader): void {
    for (const each of this.#asked) {
      if (each.replies !== null) continue
      if (each.sentAt !== 0 && now.mono - each.sentAt < limits.resendMs) continue
      const to = each.round.reads.isLocal ? near : leader
      if (to === null) continue
      if (!this.#init.sink.send(to, channels.read, each.body)) return
      each.sentAt = now.mono
    }
  }

  /** Another member leads: everything goes to it. */
  retryAll(): void {
    for (const each of this.#asked) each.sentAt = 0
  }

  /** Another member answered. */
  answered(body: Uint8Array): void {
    const reader = new ByteReader(body)
    const isKnown = reader.byte() === version
    const id = reader.varint()
    const place = { era: reader.varint(), term: reader.varint(), index: reader.varint() }
    const found = isKnown ? this.#asked.find((each) => each.id === id) : undefined
    if (found === undefined || found.replies !== null) return
    const replies: Reply[] = []
    for (let i = 0; i < found.round.calls.length && reader.ok; i++)
      replies.push(decodeReply(reader))
    if (!reader.ok) return
    found.replies = replies
    this.#init.seen?.(place)
    this.#release(found.round.reads.level)
  }

  /** Rounds of one level are answered in their order; those of another do not wait for them. */
  #release(level: ReadLevel): void {
    for (;;) {
      const at = this.#asked.findIndex(({ round }) => round.reads.level === level)
      if (at < 0 || this.#asked[at]?.replies === null) return
      const [{ round, replies }] = this.#asked.splice(at, 1) as [Asked]
      replies?.forEach((reply, i) => {
        this.#init.answer(round.lanes[i] as Lane, round.calls[i] as GroupCall, reply)
      })
    }
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
    const caller = new RemoteCaller(commands.calls.length, (replies) => {
      this.#init.sink.send(from, channels.answer, encodeAnswer(id, this.#init.applied(), replies))
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

function encodeAnswer(id: number, at: Place, replies: readonly Reply[]): Uint8Array {
  const writer = new ByteWriter(256).byte(version).varint(id)
  writer.varint(at.era).varint(at.term).varint(at.index)
  for (const reply of replies) {
    const isFitting = writer.length + estimate(reply) <= answerBytesMax
    encodeReply(writer, isFitting ? reply : busyGroup)
  }
  return writer.finish()
}
