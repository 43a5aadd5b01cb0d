// Replies that come later without a group: DEBUG SLEEP, WAIT, what the host does with files. The router asks
// once per turn which are due.

import type { Reply } from '../api/reply.js'
import type { CommandEntry } from './command-entry.js'
import type { Session } from './session.js'

interface Delay {
  readonly session: Session
  readonly ticket: number
  /** Monotonic milliseconds at which it is answered in any case. */
  readonly until: number
  /** The reply, or null to wait on; after `until` it must be one. */
  readonly ask: (isOver: boolean) => Reply | null
}

/** Milliseconds between two questions. */
const pollMs = 10

export class Delays {
  #open: Delay[] = []

  /** Takes the next place in the order of the session's replies and answers it when `ask` does; what follows waits. */
  add(session: Session, entry: CommandEntry | null, how: Pick<Delay, 'until' | 'ask'>): void {
    this.#open.push({ session, ticket: session.open(entry), ...how })
    session.block()
  }

  /** Asks all of them. */
  turn(mono: number): void {
    if (this.#open.length === 0) return
    this.#open = this.#open.filter(({ session, ticket, until, ask }) => {
      if (session.isClosed) return false
      const reply = ask(mono >= until)
      if (reply === null) return true
      session.answer(ticket, reply)
      session.unblock()
      return false
    })
  }

  /** Monotonic milliseconds at which to ask again. */
  wakeAt(mono: number): number {
    return this.#open.reduce(
      (least, { until }) => Math.min(least, until, mono + pollMs),
      Number.POSITIVE_INFINITY,
    )
  }
}
