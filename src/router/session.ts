// One client connection: its parser, its replies in order, its bounds. The router feeds it; groups
// answer it, in any order and also from inside `submit`. Replies leave in the order of the tickets.
// It never starts a command from inside an answer: it only says that it could go on.

import { assert } from '../base/assert.js'
import type { CommandParser, Door, ReplyText } from '../api/door.js'
import type { Caller, Lane, RefusedCall } from '../api/group.js'
import type { ConnectionId } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { type ErrorReply, isError, ok, type Reply } from '../api/reply.js'
import type { User } from './acl/user.js'
import { type ClientFacts, makeClientFacts } from './client-facts.js'
import type { Wait } from './blocking.js'
import type { ClusterTerms } from './redirect.js'
import type { CommandEntry } from './command-entry.js'
import { LongReplies } from './long-replies.js'
import { Output } from './output.js'
import { Parts } from './parts.js'
import type { Names } from './messaging/subscribers.js'
import type { TrackingMode } from './messaging/tracking-mode.js'
import { Pushes } from './pushes.js'
import { grown } from './ring.js'
import { ReplySizes } from './reply-sizes.js'
import { SessionLanes } from './session-lanes.js'
import type { Part, ReplyMode, SessionEvents, SessionInit } from './session-init.js'
import { countFailure, type Stats } from './stats.js'
import type { Terms } from './terms/terms.js'
import type { Transaction } from './transaction.js'
import type { WatchedKeys } from './watched-keys.js'

export class Session implements Caller {
  readonly id: ConnectionId
  readonly listener: string
  readonly remote: string
  readonly local: string
  readonly parser: CommandParser
  readonly facts: ClientFacts
  /** Its order within each group. */
  readonly lanes = new SessionLanes(this)
  /** Database, protocol version and authentication: set by commands only. */
  db = 0
  protocol = 2
  authenticated: boolean
  /** Asked for each command; `default` until AUTH. */
  user: User
  replyMode: ReplyMode = 'on'
  /** The queue of MULTI, null outside of it; and what is watched. */
  transaction: Transaction | null = null
  watched: WatchedKeys | null = null
  /** How many channels and patterns it listens to, what it caches, whether it sees every command: set by `messaging` only. */
  listens: Names | null = null
  subscribed = 0
  /** Subscriptions that wait until other members know of them. */
  confirming = 0
  tracking: TrackingMode | null = null
  isMonitor = false
  /** Where a blocking command of it waits. */
  waits: Wait | null = null
  /** A command that waits for a barrier or the gate; dispatched again by the router. */
  held: string[] | null = null
  /** Commands of it are routed again: nothing is taken meanwhile. Set by `Detours`. */
  isDetoured = false
  /** Not a barrier holds it, but the gate, a group that does not show yet what a token stands for, or a load. */
  heldBy: 'gate' | 'token' | 'loading' | null = null
  /** Null where commands are routed for the client. */
  cluster: ClusterTerms | null = null
  /** Null for a connection that asks for nothing beyond what its keyspaces promise. */
  terms: Terms | null = null
  /** Bytes that came while it had stopped, oldest first. */
  readonly waiting: Uint8Array[] = []
  /** Reply bytes that the host still holds. */
  unsent = 0
  /** Monotonic ms until which replies may wait for that of an EXEC behind them: one write instead of two. */
  repliesWaitUntil = 0
  /** The host was told to stop reading. */
  isPaused = false

  readonly #door: Door
  readonly #stats: Stats
  readonly #events: SessionEvents
  /** Oldest ticket without a reply in `out`, and the next one to give. */
  #first = 0
  #next = 0
  /** Encoded replies that wait for older ones, by ticket; null while open. */
  #texts: (string | null)[] = new Array<string | null>(8).fill(null)
  #entries: (CommandEntry | null)[] = new Array<CommandEntry | null>(8).fill(null)
  #mask = 7
  /** Replies in `#texts`, and their characters. */
  #early = 0
  #earlyChars = 0
  readonly #sizes = new ReplySizes()
  readonly #out = new Output()
  /** Characters of replies that were dropped because the connection is past its hard bound, and will close. */
  #droppedChars = 0
  #isTouched = false
  #isStopped = false
  #isQueued = false
  #isFinished = false
  #isClosed = false
  #isBlocked = false
  #muted: Set<number> | null = null
  /** Null until the first reply that came early or push. */
  #pushes: Pushes | null = null
  /** Null until the first long reply. */
  #long: LongReplies | null = null
  readonly #parts = new Parts()

  constructor(init: SessionInit) {
    this.id = init.id
    this.listener = init.listener
    this.remote = init.remote
    this.local = init.local
    this.parser = init.door.parser()
    this.authenticated = init.authenticated
    this.user = init.user
    this.#door = init.door
    this.#stats = init.stats
    this.#events = init.events
    this.facts = makeClientFacts(init.now.mono)
  }

  /** Commands without a reply. */
  get pending(): number {
    return this.#next - this.#first
  }

  /** No more commands are taken; it closes once all replies are out. */
  get isFinished(): boolean {
    return this.#isFinished
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Characters of replies not handed to the host. */
  get outputChars(): number {
    return this.#out.length + this.#earlyChars + this.#droppedChars + (this.#pushes?.chars ?? 0)
  }

  /** Whether one more command may be taken. */
  get hasRoom(): boolean {
    const pending = this.#next - this.#first
    if (this.#isBlocked || this.isDetoured) return false
    return (
      pending < limits.pendingPerConnectionMax &&
      this.#sizes.hasRoom(pending) &&
      this.#out.length < limits.outputSoftBytes
    )
  }

  /** Takes the next place in the order of replies. */
  open(entry: CommandEntry | null): number {
    const ticket = this.#next
    if (ticket - this.#first > this.#mask) this.#grow()
    this.#next = ticket + 1
    this.#texts[ticket & this.#mask] = null
    this.#entries[ticket & this.#mask] = entry
    if (this.replyMode !== 'on') this.#mute(ticket)
    return ticket
  }

  /** Takes a place and answers it at once. */
  reply(entry: CommandEntry | null, reply: Reply): void {
    this.answer(this.open(entry), reply)
  }

  answer(ticket: number, reply: Reply): void {
    if (ticket !== this.#first) {
      this.#answerEarly(ticket, reply)
      return
    }
    const text = this.#encode(ticket, reply)
    this.#append(text)
    if (this.#long?.has(ticket)) this.touch()
    else this.#finished(ticket)
  }

  /** The oldest open reply is out. */
  #finished(ticket: number): void {
    this.#first = ticket + 1
    if (this.#pushes !== null) this.#append(this.#pushes.take(ticket))
    if (this.#early > 0) this.#flush()
    if (!this.#isTouched) this.touch()
    if (this.#isStopped) this.ask()
  }

  /** As `open`, for replies that CLIENT REPLY does not silence. */
  openLoud(): number {
    const ticket = this.open(null)
    this.#muted?.delete(ticket)
    return ticket
  }

  /** The reply of an open ticket is being made: pushes from here on follow it. */
  holdPushes(ticket: number): void {
    this.#pushes ??= new Pushes()
    this.#pushes.hold(ticket)
  }

  /** Sends what nobody asked for, behind every reply that was made before. `text` is encoded. */
  push(text: string): void {
    if (this.#isFinished) return
    if (this.#pushes?.keep(text, this.#first) !== true) this.#append(text)
    this.touch()
  }

  /** A ticket for one part of a command; its reply goes to `part`. */
  openPart(part: Part): number {
    return this.#parts.open(part)
  }

  scriptRead(ticket: number): void {
    const part = this.#parts.get(ticket)
    if (part !== undefined) part.hasRead = true
  }

  refused(lane: Lane, call: RefusedCall, why: ErrorReply): void {
    const isAsked = this.#parts.get(call.ticket)?.refused !== undefined
    if (isAsked) this.#parts.take(call.ticket).refused?.(why)
    else this.#events.refused(this, { lane, call, why })
  }

  touch(): void {
    if (this.#isTouched || this.#isClosed) return
    this.#isTouched = true
    this.#events.touched(this)
  }

  /** No command is taken until `goOn`. */
  stop(): void {
    this.#isStopped = true
    this.touch()
  }

  /** A command takes effect later, and nothing that follows may be taken before: until `unblock`. */
  block(): void {
    this.#isBlocked = true
  }

  unblock(): void {
    this.#isBlocked = false
    this.ask()
  }

  /** While a command of it waits, it is read on: an end of the connection shows only there. */
  get isListening(): boolean {
    return this.waits !== null && this.waiting.length < limits.readsWaitingMax
  }

  /** Says `ready` when nothing keeps it from going on. */
  ask(): void {
    if (!this.#isStopped || this.#isQueued || this.#isFinished || this.#isClosed) return
    if (this.#isBlocked || this.isDetoured || this.heldBy !== null) return
    if (this.unsent + this.#out.length >= limits.outputSoftBytes) return
    const { pending } = this
    if (this.held !== null && pending > 0) return
    if (pending > limits.pendingPerConnectionMax / 2 || !this.#sizes.mayGoOn(pending)) return
    this.#isQueued = true
    this.#events.ready(this)
  }

  goOn(): void {
    this.#isStopped = false
    this.#isQueued = false
  }

  /** Takes no more commands; the router closes it when the last reply is out. */
  finish(): void {
    this.#isFinished = true
    this.held = null
    this.waiting.length = 0
    this.touch()
  }

  /** Hands the text of this turn to the router. */
  takeOutput(): string {
    if (this.#long?.has(this.#first)) this.#goOnLong(this.#long)
    const text = this.#out.take()
    this.#isTouched = false
    if (this.#long?.has(this.#first) && this.unsent < limits.outputSoftBytes) this.touch()
    this.facts.outputBytes += text.length
    return text
  }

  /** The connection is gone: later answers are dropped. */
  close(): void {
    this.#isClosed = true
    this.finish()
    this.#first = -1
    this.#next = -1
    this.#out.take()
    this.#parts.clear()
    this.#pushes = null
    this.#long = null
    this.transaction = null
    this.watched = null
    this.waits = null
    this.lanes.leave()
  }

  /** One piece more of the oldest reply, unless the client lags. */
  #goOnLong(long: LongReplies): void {
    if (this.unsent >= limits.outputSoftBytes) return
    const ticket = this.#first
    this.#append(long.next(ticket))
    if (!long.has(ticket)) this.#finished(ticket)
  }

  #answerEarly(ticket: number, reply: Reply): void {
    if (this.#isClosed) return
    if (ticket < 0) {
      this.#parts.take(ticket).take(reply)
      return
    }
    const at = ticket & this.#mask
    assert(ticket > this.#first && ticket < this.#next, 'a ticket is answered once')
    assert(this.#texts[at] === null, 'a ticket is answered once')
    const text = this.#encode(ticket, reply)
    this.#texts[at] = text
    this.holdPushes(ticket)
    this.#early++
    this.#earlyChars += text.length
    // Replies that wait count against the bounds of the output, too.
    this.touch()
  }

  #flush(): void {
    while (this.#early > 0) {
      const at = this.#first & this.#mask
      const text = this.#texts[at]
      if (text === null || text === undefined) return
      this.#texts[at] = null
      this.#append(text)
      this.#early--
      this.#earlyChars -= text.length
      if (this.#long?.has(this.#first)) return
      const ticket = this.#first++
      if (this.#pushes !== null) this.#append(this.#pushes.take(ticket))
    }
  }

  /** Past the hard bound the router closes the connection: nothing longer is put together before. */
  #append(text: string): void {
    if (this.#out.length + text.length <= limits.outputHardBytes) {
      this.#out.add(text)
      return
    }
    this.#droppedChars += this.#out.take().length + text.length
  }

  #encode(ticket: number, reply: Reply): string {
    let long: ReplyText | null = null
    if (typeof reply === 'object' && reply !== ok) {
      if (!isError(reply)) long = this.#door.stream(reply, this.protocol)
      else {
        this.#stats.countError(reply.text)
        const entry = this.#entries[ticket & this.#mask]
        if (entry) countFailure(entry.counters, reply.text)
      }
    }
    if (this.#muted?.delete(ticket)) return ''
    if (long !== null) return this.#encodeLong(ticket, long)
    const text = this.#door.encode(reply, this.protocol)
    this.#sizes.note(text.length)
    return text
  }

  /** Pushes from here on follow it. */
  #encodeLong(ticket: number, text: ReplyText): string {
    this.#long ??= new LongReplies()
    this.#long.add(ticket, text)
    this.holdPushes(ticket)
    this.#sizes.note(limits.outputSoftBytes)
    return ''
  }

  #mute(ticket: number): void {
    this.#muted ??= new Set()
    this.#muted.add(ticket)
    if (this.replyMode === 'own') this.replyMode = 'next'
    else if (this.replyMode === 'next') this.replyMode = 'on'
  }

  #grow(): void {
    const open = { first: this.#first, next: this.#next }
    this.#texts = grown(this.#texts, open)
    this.#entries = grown(this.#entries, open)
    this.#mask = this.#texts.length - 1
  }
}
