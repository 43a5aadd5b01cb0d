// What clients send, on its way to the dispatcher: bytes through the parser of their session, commands that
// were held, and what came behind those. Driven by the router, which alone ends sessions.

import { Buffer } from 'node:buffer'
import type { CommandSink, ParseFault } from '../api/door.js'
import { Bounds } from './bounds.js'
import { isAnyBusy } from './busy.js'
import type { ClientMemory } from './client-memory.js'
import { Dispatcher } from './dispatch.js'
import type { Session } from './session.js'
import type { RouterState } from './state.js'
import type { Watch } from './watch.js'

export interface IntakeInit {
  readonly state: RouterState
  readonly memory: ClientMemory
  /** Sessions with a command that is not whole. */
  readonly watch: Watch
  readonly failed: (session: Session, fault: ParseFault) => void
}

export class Intake {
  readonly #init: IntakeInit
  readonly #dispatcher: Dispatcher
  readonly #bounds: Bounds
  /** One sink per session, made once: parsing makes no closure. */
  readonly #sinks = new Map<Session, CommandSink>()
  readonly #gateHeld = new Set<Session>()
  #gateOpenings = 0
  /** The session that is being parsed was authenticated when its limits were chosen. */
  #parsesAuthenticated = false
  /** No more commands are taken. */
  isDraining = false

  constructor(init: IntakeInit) {
    this.#init = init
    this.#dispatcher = new Dispatcher(init.state)
    this.#bounds = new Bounds(init.state.settings)
  }

  open(session: Session): void {
    this.#sinks.set(session, (args) => {
      if (this.#dispatcher.take(session, args)) {
        // AUTH and RESET change the limits that the parser goes by.
        return session.authenticated === this.#parsesAuthenticated
      }
      if (session.heldBy === 'gate') this.#gateHeld.add(session)
      session.stop()
      return false
    })
  }

  close(session: Session): void {
    this.#sinks.delete(session)
    this.#gateHeld.delete(session)
  }

  bytes(session: Session, bytes: Uint8Array): void {
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

  /** A session that had stopped goes on with what it held and what came meanwhile. */
  goOn(session: Session): void {
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

  /** Whoever the gate held asks again once something was opened. */
  openGate(): void {
    const { openings } = this.#init.state.gate
    if (openings === this.#gateOpenings) return
    this.#gateOpenings = openings
    for (const session of this.#gateHeld) {
      session.heldBy = null
      session.ask()
    }
    this.#gateHeld.clear()
  }

  #parse(session: Session, bytes: Uint8Array | null): void {
    const { state, memory, watch } = this.#init
    const sink = this.#sinks.get(session)
    if (sink === undefined) return
    if (this.isDraining) {
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
    memory.look(session)
    if (fault !== null) this.#init.failed(session, fault)
    else if (session.parser.isPartial && !session.isStopped) {
      watch.grow(session, { bytes: bytes?.length ?? 0, mono: state.now.mono })
    } else if (session.authenticated) watch.remove(session)
  }
}
