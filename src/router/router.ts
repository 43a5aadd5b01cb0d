// The router of one member: its sessions and what happens to them in a turn. The core feeds it inputs
// and asks for outputs once per turn; groups answer sessions in between. Pure: time comes with each
// call, and nothing here waits.

import type { Door, ParseFault } from '../api/door.js'
import type { ConnectionId, Now } from '../api/ids.js'
import type { Input, Output, Sent } from '../api/io.js'
import { limits } from '../api/limits.js'
import { maxClients } from '../api/replies.js'
import { type Topology, versionOf } from '../api/topology.js'
import { ClientMemory } from './client-memory.js'
import type { FileResult } from './files.js'
import { Intake } from './intake.js'
import { makeState, type RouterInit } from './make-state.js'
import { type NoticeKind, Notices } from './notices.js'
import { deniedText } from './protected-mode.js'
import { routingOf, setRouting } from './routing.js'
import { Session } from './session.js'
import type { RefusedCommand, SessionEvents } from './session-init.js'
import type { RouterState } from './state.js'
import { readTerms } from './terms/read-levels.js'
import { TopologyFollower } from './topology-follower.js'
import { Watch } from './watch.js'

type Connected = Extract<Input, { kind: 'connected' }>

export class Router implements SessionEvents {
  readonly #door: Door
  readonly #state: RouterState
  readonly #intake: Intake
  readonly #sessions = new Map<ConnectionId, Session>()
  /** Their clients send nothing more. */
  readonly #ended = new Set<Session>()
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
  readonly #memory: ClientMemory
  /** Why the member must not start with its configuration, or empty. */
  readonly startFault: string
  readonly #notices = new Notices()
  readonly #topology: TopologyFollower
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
    this.#topology = new TopologyFollower(state)
    this.adopt(init.cluster.topology)
    this.#memory = new ClientMemory(this.#state.settings, () => this.#sessions.values())
    this.#intake = new Intake({
      state,
      memory: this.#memory,
      watch: this.#watch,
      failed: (session, fault) => this.#failed(session, fault),
    })
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

  /** There are more groups, or some are gone. */
  regrouped(): void {
    const state = this.#state
    state.route.regrouped(state.groups, state.cluster.topology)
    for (const { terms } of this.#sessions.values()) {
      if (terms !== null) terms.reads = readTerms(state, terms.asked)
    }
  }

  /** A later topology is known at this member. */
  adopt(topology: Topology): void {
    this.#state.table.clusterVersion = versionOf(topology)
    this.#topology.adopt(topology)
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
    setRouting(session, routingOf(state, input.listener))
    this.#sessions.set(session.id, session)
    this.#intake.open(session)
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
    this.#intake.bytes(session, bytes)
  }

  /** The client sends nothing more: it is closed behind the answers to what it did send. */
  ended(connection: ConnectionId): void {
    const session = this.#sessions.get(connection)
    if (session === undefined) return
    this.#ended.add(session)
    endWait(session)
    session.touch()
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

  refused(session: Session, refused: RefusedCommand): void {
    this.#state.detours.refused(this.#state, session, refused)
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
    state.detours.turn(state)
    state.gate.expire(now.mono)
    state.migrations.turn(now.mono)
    state.maintenance.turn(now.mono)
    this.#intake.openGate()
    if (this.#intake.isDraining || this.#ready.length === 0) return
    const ready = this.#ready
    this.#ready = []
    for (const session of ready) {
      if (session.isClosed) continue
      this.#intake.goOn(session)
      if (this.#ended.has(session)) endWait(session)
    }
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
    this.#topology.turn(now)
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
    // To clear a set that is empty takes new memory.
    if (this.#killed.size > 0) this.#killed.clear()
    for (const output of this.#outputs) out.push(output)
    this.#outputs.length = 0
  }

  /** Monotonic milliseconds of the next turn that it needs without input. */
  wakeAt(): number {
    if (this.#ready.length > 0 && !this.#intake.isDraining) return 0
    // A long reply goes on.
    if (this.#touched.length > this.#waiting) return 0
    const { gate, settings, delays, migrations, maintenance, now } = this.#state
    const idle = settings.idleMs === 0 ? Number.POSITIVE_INFINITY : this.#idleSweepAt
    return Math.min(
      this.#waitUntil,
      this.#state.messaging.wakeAt(),
      delays.wakeAt(now.mono),
      this.#state.detours.wakeAt(now.mono),
      migrations.wakeAt(),
      maintenance.wakeAt(),
      this.#watch.wakeAt(),
      gate.pauseUntil ?? Number.POSITIVE_INFINITY,
      idle,
    )
  }

  /** Takes no more commands. True when every reply that was owed has gone out. */
  drain(): boolean {
    this.#intake.isDraining = true
    if (this.#touched.length > 0) return false
    let isDone = true
    for (const session of this.#sessions.values()) {
      // Whoever waits would do so for ever.
      if (session.waits !== null) this.#kill(session)
      if (session.pending > 0) isDone = false
    }
    return isDone
  }

  /** Whoever waits for a reply goes without one. */
  abandon(): void {
    for (const session of this.#sessions.values()) if (session.pending > 0) this.#kill(session)
  }

  #denial(input: Connected): string | null {
    const settings = this.#state.settings
    if (this.#intake.isDraining) return ''
    if (this.#sessions.size >= settings.integer('maxclients')) {
      return this.#door.encode(maxClients, 2)
    }
    const isProtected = settings.get('protected-mode') === 'yes' && this.#state.users.isFree
    return isProtected && !input.loopback ? deniedText : null
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
    if (session.pending > 0 || session.isStopped || session.unsent > 0) return
    if (this.#ended.size === 0 || !this.#ended.has(session)) return
    this.#close(session, { out, abort: false })
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
    this.#ended.delete(session)
    this.#intake.close(session)
    this.#watch.remove(session)
    this.#state.messaging.forget(session)
    this.#memory.forget(session)
    session.close()
  }
}

/** Whoever waits for elements is not there to take them any more: the wait ends as by its timeout. */
function endWait({ waits }: Session): void {
  waits?.group.unblock(waits.lane, 'timeout', () => undefined)
}
