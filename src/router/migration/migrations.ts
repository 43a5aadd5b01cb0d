// The MIGRATEs of this member: so many at a time, never two of them with the same key, and what each of
// them asks of the host.

import type { Output, Sending, Sent } from '../../api/io.js'
import { limits } from '../../api/limits.js'
import type { Reply } from '../../api/reply.js'
import type { CommandEntry } from '../command-entry.js'
import type { Session } from '../session.js'
import type { RouterState } from '../state.js'
import { Holds } from './holds.js'
import { Migration } from './migration.js'
import type { MigrateRequest } from './request.js'

interface Waiting {
  readonly session: Session
  readonly state: RouterState
  readonly ticket: number
  readonly db: number
  readonly request: MigrateRequest
}

export class Migrations {
  readonly #out: (output: Output) => void
  readonly #waiting: Waiting[] = []
  /** Keys under way, with their databases. */
  readonly #keys = new Set<string>()
  readonly #takes = new Map<number, (sent: Sent) => void>()
  #holds: Holds | null = null
  #running = 0
  #nextId = 1
  #isStarting = false
  /** One ended while others were started. */
  #hasEnded = false

  constructor(out: (output: Output) => void) {
    this.#out = out
  }

  /** Answers the session when the keys are moved; what follows waits. */
  begin(
    session: Session,
    what: {
      readonly entry: CommandEntry | null
      readonly state: RouterState
      readonly request: MigrateRequest
    },
  ): void {
    const { entry, state, request } = what
    const ticket = session.open(entry)
    session.block()
    this.#waiting.push({ session, state, ticket, db: session.db, request })
    this.#startSome()
  }

  /** The host's answer to one sending. */
  sent(id: number, sent: Sent): void {
    const take = this.#takes.get(id)
    this.#takes.delete(id)
    take?.(sent)
  }

  turn(mono: number): void {
    this.#holds?.turn(mono)
  }

  /** Monotonic milliseconds of the next turn that it needs without input. */
  wakeAt(): number {
    return this.#holds?.wakeAt() ?? Number.POSITIVE_INFINITY
  }

  /** A group may refuse at once, so that one ends while it is started: many of them must not nest. */
  #startSome(): void {
    this.#hasEnded = true
    if (this.#isStarting) return
    this.#isStarting = true
    while (this.#hasEnded) {
      this.#hasEnded = false
      this.#lookThrough()
    }
    this.#isStarting = false
  }

  #lookThrough(): void {
    for (let at = 0; at < this.#waiting.length && this.#running < limits.migrationsMax; ) {
      const waiting = this.#waiting[at] as Waiting
      const names = waiting.request.keys.map((key) => `${waiting.db} ${key}`)
      if (!waiting.session.isClosed && names.some((name) => this.#keys.has(name))) {
        at++
        continue
      }
      this.#waiting.splice(at, 1)
      if (!waiting.session.isClosed) this.#start(waiting, names)
    }
  }

  #start({ session, state, ticket, db, request }: Waiting, names: readonly string[]): void {
    this.#holds ??= new Holds(state.gate)
    for (const name of names) this.#keys.add(name)
    this.#running++
    const done = (reply: Reply): void => {
      for (const name of names) this.#keys.delete(name)
      this.#running--
      if (!session.isClosed) {
        session.answer(ticket, reply)
        session.unblock()
      }
      this.#startSome()
    }
    const send = (sending: Sending, take: (sent: Sent) => void): void => this.#send(sending, take)
    new Migration({ state, db, request, holds: this.#holds, send, done }).begin()
  }

  #send(sending: Sending, take: (sent: Sent) => void): void {
    const id = this.#nextId++
    this.#takes.set(id, take)
    this.#out({ kind: 'migrate', id, sending })
  }
}
