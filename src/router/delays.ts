// Replies that come later without a group: DEBUG SLEEP, WAIT, what the host does with files. The router asks
// once per turn which are due.

import type { Reply } from '../api/reply.js'
import type { CommandEntry } from './command-entry.js'
import type { Session } from './session.js'

/** A command of a session that is dispatched again. */
interface Held {
  readonly session: Session
  readonly until: number
  readonly ask: () => boolean
}

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
  #held: Held[] = []

  /** Takes the next place in the order of the session's replies and answers it when `ask` does; what follows waits. */
  add(session: Session, entry: CommandEntry | null, how: Pick<Delay, 'until' | 'ask'>): void {
    this.#open.push({ session, ticket: session.open(entry), ...how })
    session.block()
  }

  /** The command that the session holds is dispatched again when `ask` says so, or its time is over. */
  hold(session: Session, until: number, ask: () => boolean): void {
    this.#held.push({ session, until, ask })
  }

  /** Asks all of them. */
  turn(mono: number): void {
    if (this.#held.length > 0) this.#turnHeld(mono)
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
    let least = Number.POSITIVE_INFINITY
    for (const each of this.#open) least = Math.min(least, each.until, mono + pollMs)
    for (const each of this.#held) least = Math.min(least, each.until, mono + pollMs)
    return least
  }

  #turnHeld(mono: number): void {
    this.#held = this.#held.filter(({ session, until, ask }) => {
      if (session.isFinished) return false
      if (mono < until && !ask()) return true
      session.heldBy = null
      session.ask()
      return false
    })
  }
}
