// The router of one member: its sessions and what happens to them in a turn. The core feeds it inputs
// and asks for outputs once per turn; groups answer sessions in between. Pure: time comes with each
// call, and nothing here waits.

import { Buffer } from 'node:buffer'
import type { CommandSink, Door, ParseFault } from '../api/door.js'
import type { ConnectionId, Now } from '../api/ids.js'
import type { Input, Output, Sent } from '../api/io.js'
import { limits } from '../api/limits.js'
import { maxClients } from '../api/replies.js'
import { Bounds } from './bounds.js'
import { isAnyBusy } from './busy.js'
import { ClientMemory } from './client-memory.js'
import { Dispatcher } from './dispatch.js'
import type { FileResult } from './files.js'
import { makeState, type RouterInit } from './make-state.js'
import { type NoticeKind, Notices } from './notices.js'
import { deniedText } from './protected-mode.js'
import { Session } from './session.js'
import type { SessionEvents } from './session-init.js'
import type { RouterState } from './state.js'
import { Watch } from './watch.js'

type Connected = Extract<Input, { kind: 'connected' }>

export class Router implements SessionEvents {
  readonly #door: Door
  readonly #state: RouterState
  readonly #dispatcher: Dispatcher
  readonly #sessions = new Map<ConnectionId, Session>()
  /** One sink per session, made once: parsing makes no closure. */
  readonly #sinks = new Map<Session, CommandSink>()
  readonly #watch = new Watch()
  #touched: Session[] = []
  /** Those of them whose replies wait for one that is about to follow, and until when. */
  #waiting = 0
  #waitUntil = Number.POSITIVE_INFINITY
  #ready: Session[] = []
  /** To be closed at the end of the turn without waiting for replies. */
  readonly #killed = new Set<Session>()
  /** Outputs made outside `endTurn`. */
  readonly #outputs: Output[] = []
  readonly #gateHeld = new Set<Session>()
  #gateOpenings = 0
  #isDraining = false
  /** The session that is being parsed was authenticated when its limits were chosen. */
  #parsesAuthenticated = false
  readonly #bounds: Bounds
  readonly #memory: ClientMemory
  /** Why the member must not start with its configuration, or empty. */
  readonly startFault: string
  readonly #notices = new Notices()
  #idleSweepAt = 0

  constructor(init: RouterInit) {
    this.#door = init.door
    const { state, fault } = makeState(init, {
      sessions: this.#sessions,
      kill: (session) => this.#kill(session),
      out: (output) => this.#outputs.push(output),
    })
    this.#state = state
    this.startFault = fault
    this.#dispatcher = new Dispatcher(this.#state)
    this.#bounds = new Bounds(this.#state.settings)
    this.#memory = new ClientMemory(this.#state.settings, () => this.#sessions.values())
  }

  /** The host has done a file task. */
  filed(id: number, result: FileResult): void {
    this.#state.files.done(id, result)
  }

  /** The host has sent keys to another server. */
  migrated(id: number, sent: Sent, now: Now): void {
    this.#state.now = now
    this.#state.migrations.sent(id, sent)
  }

  /** For commands, tests and the admin side: everything that is shared. */
  get state(): RouterState {
    return this.#state
  }

  connected(input: Connected, now: Now): void {
    const state = this.#state
    state.now = now
    state.stats.connectionsReceived++
    const denied = this.#denial(input)
    if (denied !== null) {
      state.stats.connectionsRejected++
      const connection = input.connection
      if (denied !== '') this.#outputs.push({ kind: 'write', connection, text: denied })
      this.#outputs.push({ kind: 'close', connection, abort: false })
      this.#tell('refused', input.remote, denied.slice(1, 60))
      return
    }
    const session = new Session({
      id: input.connection,
      listener: input.listener,
      remote: input.remote,
      local: input.local,
      door: this.#door,
      stats: state.stats,
      events: this,
      authenticated: state.users.isFree,
      user: state.users.default,
      now,
    })
    this.#sessions.set(session.id, session)
    this.#sinks.set(session, (args) => {
      if (this.#dispatcher.take(session, args)) {
        // AUTH and RESET change the limits that the parser goes by.
        return session.authenticated === this.#parsesAuthenticated
      }
      if (session.heldBy === 'gate') this.#gateHeld.add(session)
      session.stop()
      return false
    })
    if (!session.authenticated) this.#watch.add(session, now.mono + limits.authenticateMs)
  }

  bytes(connection: ConnectionId, bytes: Uint8Array, now: Now): void {
    const session = this.#sessions.get(connection)
    if (session === undefined || session.isFinished) return
    this.#state.now = now
    this.#state.stats.inputBytes += bytes.length
    this.#state.stats.reads++
    session.facts.inputBytes += bytes.length
    session.facts.heardAt = now.mono
    if (session.isStopped) {
      // The host may use its buffer again: what waits is a copy.
      session.waiting.push(Buffer.from(bytes))
      if (session.waits !== null) session.touch()
      return
    }
    session.facts.queryBytes = bytes.length
    this.#parse(session, bytes)
    session.facts.queryBytes = 0
  }

  /** Whoever waits for elements is not there to take them any more: the wait ends as by its timeout. */
  ended(connection: ConnectionId): void {
    const waits = this.#sessions.get(connection)?.waits ?? null
    waits?.group.unblock(waits.lane, 'timeout', () => undefined)
  }

  closed(connection: ConnectionId, now: Now): void {
    this.#state.now = now
    const session = this.#sessions.get(connection)
    if (session !== undefined) this.#forget(session)
  }

  /** The host holds this many bytes that the client has not taken. */
  unsent(connection: ConnectionId, bytes: number): void {
    const session = this.#sessions.get(connection)
    if (session === undefined) return
    session.unsent = bytes
    session.ask()
    session.touch()
  }

  touched(session: Session): void {
    this.#touched.push(session)
  }

  ready(session: Session): void {
    this.#ready.push(session)
  }

  /**
   * Lets sessions go on that had stopped and now can. `endTurn` does it, too; the core calls it
   * between the groups' answers and their next batches, so that what follows joins this turn.
   */
  resume(now: Now): void {
    const state = this.#state
    state.now = now
    state.times.wall = now.wall
    state.delays.turn(now.mono)
    state.gate.expire(now.mono)
    state.migrations.turn(now.mono)
    if (state.gate.openings !== this.#gateOpenings) this.#openGate()
    if (this.#isDraining || this.#ready.length === 0) return
    const ready = this.#ready
    this.#ready = []
    for (const session of ready) if (!session.isClosed) this.#goOn(session)
  }

  /** Pushes the outputs gathered in this turn: one write per connection. */
  endTurn(now: Now, out: Output[]): void {
    this.resume(now)
    this.#state.stats.sample(now.mono)
    for (const session of this.#watch.overdue(now.mono)) {
      this.#state.stats.timeoutCloses++
      this.#tell('timeout', session.remote, 'no authentication or no whole command in time')
      this.#kill(session)
    }
    this.#closeIdle(now.mono)
    this.#state.messaging.endTurn(now)
    const touched = this.#touched
    this.#touched = []
    this.#waitUntil = Number.POSITIVE_INFINITY
    this.#waiting = 0
    for (const each of touched) if (!this.#isWaiting(each, now.mono)) this.#send(each, out)
    for (const session of this.#memory.excess()) {
      this.#state.stats.clientsEvicted++
      this.#tell('evicted', session.remote, 'clients take more than maxmemory-clients')
      this.#kill(session)
    }
    for (const session of this.#killed) {
      if (!session.isClosed) this.#close(session, { out, abort: true })
    }
    this.#killed.clear()
    for (const output of this.#outputs) out.push(output)
    this.#outputs.length = 0
  }

  /** Monotonic milliseconds of the next turn that it needs without input. */
  wakeAt(): number {
    if (this.#ready.length > 0 && !this.#isDraining) return 0
    // A long reply goes on.
    if (this.#touched.length > this.#waiting) return 0
    const { gate, settings, delays, migrations, now } = this.#state
    const idle = settings.idleMs === 0 ? Number.POSITIVE_INFINITY : this.#idleSweepAt
    return Math.min(
      this.#waitUntil,
      this.#state.messaging.wakeAt(),
      delays.wakeAt(now.mono),
      migrations.wakeAt(),
      this.#watch.wakeAt(),
      gate.pauseUntil ?? Number.POSITIVE_INFINITY,
      idle,
    )
  }

  /** Takes no more commands. True when every reply that was owed has gone out. */
  drain(): boolean {
    this.#isDraining = true
    if (this.#touched.length > 0) return false
    let isDone = true
    for (const session of this.#sessions.values()) {
      // Whoever waits would do so for ever.
      if (session.waits !== null) this.#kill(session)
      if (session.pending > 0) isDone = false
    }
    return isDone
  }

  /** Connections of clients. */
  get connectionCount(): number {
    return this.#sessions.size
  }

  #denial(input: Connected): string | null {
    const settings = this.#state.settings
    if (this.#isDraining) return ''
    if (this.#sessions.size >= settings.integer('maxclients')) {
      return this.#door.encode(maxClients, 2)
    }
    const isProtected = settings.get('protected-mode') === 'yes' && this.#state.users.isFree
    return isProtected && !input.loopback ? deniedText : null
  }

  #parse(session: Session, bytes: Uint8Array | null): void {
    const state = this.#state
    const sink = this.#sinks.get(session)
    if (sink === undefined) return
    if (this.#isDraining) {
      session.stop()
      return
    }
    state.isLoading = state.cluster.isLoading
    state.isBusy = isAnyBusy(state.groups)
    const started = state.stopwatch.microseconds()
    const { parser } = session
    this.#parsesAuthenticated = session.authenticated
    const bounds = this.#bounds.of(session.authenticated)
    let fault = bytes === null ? parser.resume(bounds, sink) : parser.push(bytes, bounds, sink)
    while (
      fault === null &&
      session.authenticated !== this.#parsesAuthenticated &&
      !session.isStopped
    ) {
      this.#parsesAuthenticated = session.authenticated
      fault = parser.resume(this.#bounds.of(session.authenticated), sink)
    }
    state.stats.settle(state.stopwatch.microseconds() - started, state.times)
    this.#memory.look(session)
    if (fault !== null) this.#failed(session, fault)
    else if (session.parser.isPartial && !session.isStopped) {
      this.#watch.grow(session, { bytes: bytes?.length ?? 0, mono: state.now.mono })
    } else if (session.authenticated) this.#watch.remove(session)
  }

  /** Closes connections that said nothing for as long as the setting `timeout` allows. */
  #closeIdle(mono: number): void {
    const timeoutMs = this.#state.settings.idleMs
    if (timeoutMs === 0 || mono < this.#idleSweepAt) return
    this.#idleSweepAt = mono + 1_000
    for (const session of this.#sessions.values()) {
      if (session.pending > 0 || mono - session.facts.heardAt < timeoutMs) continue
      this.#state.stats.timeoutCloses++
      this.#kill(session)
    }
  }

  #failed(session: Session, fault: ParseFault): void {
    if (session.isFinished) return
    this.#tell('protocol-fault', session.remote, fault.why)
    if (fault.reply === null) this.#kill(session)
    else {
      session.reply(null, fault.reply)
      session.finish()
    }
  }

  #goOn(session: Session): void {
    session.goOn()
    const sink = this.#sinks.get(session)
    const held = session.held
    session.held = null
    this.#parsesAuthenticated = session.authenticated
    if (held !== null && sink !== undefined && !sink(held) && session.isStopped) return
    this.#parse(session, null)
    while (session.waiting.length > 0 && !session.isStopped && !session.isFinished) {
      this.#parse(session, session.waiting.shift() ?? null)
    }
  }

  #openGate(): void {
    this.#gateOpenings = this.#state.gate.openings
    for (const session of this.#gateHeld) {
      session.heldBy = null
      session.ask()
    }
    this.#gateHeld.clear()
  }

  /** What it has to send leaves with the reply of an EXEC, if that comes soon. */
  #isWaiting(session: Session, mono: number): boolean {
    if (session.isFinished || session.repliesWaitUntil <= mono) return session.isClosed
    this.#touched.push(session)
    this.#waiting++
    this.#waitUntil = Math.min(this.#waitUntil, session.repliesWaitUntil)
    return true
  }

  #send(session: Session, out: Output[]): void {
    const connection = session.id
    const held = session.unsent + session.outputChars
    if (this.#state.messaging.outputLimits.isOver(session, held, this.#state.now.mono)) {
      this.#state.stats.outputLimitCloses++
      this.#tell('output-limit', session.remote, `${held} bytes of replies are not taken`)
      this.#close(session, { out, abort: true })
      return
    }
    const text = session.takeOutput()
    if (text !== '') {
      this.#state.stats.outputBytes += text.length
      this.#state.stats.writes++
      out.push({ kind: 'write', connection, text })
    }
    if (session.isFinished && session.pending === 0 && !this.#killed.has(session)) {
      this.#close(session, { out, abort: false })
      return
    }
    this.#memory.look(session)
    session.ask()
    const paused =
      (session.isStopped && !session.isListening) || session.unsent >= limits.outputSoftBytes
    if (paused !== session.isPaused) {
      session.isPaused = paused
      out.push({ kind: 'pause', connection, paused })
    }
  }

  #tell(kind: NoticeKind, remote: string, why: string): void {
    this.#notices.tell(kind, { mono: this.#state.now.mono, remote, why }, this.#outputs)
  }

  #kill(session: Session): void {
    session.finish()
    this.#killed.add(session)
  }

  #close(session: Session, { out, abort }: { out: Output[]; abort: boolean }): void {
    out.push({ kind: 'close', connection: session.id, abort })
    this.#forget(session)
  }

  #forget(session: Session): void {
    this.#sessions.delete(session.id)
    this.#sinks.delete(session)
    this.#watch.remove(session)
    this.#gateHeld.delete(session)
    this.#state.messaging.forget(session)
    this.#memory.forget(session)
    session.close()
  }
}
