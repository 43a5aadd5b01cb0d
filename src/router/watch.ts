// Deadlines of connections that have not authenticated, or have begun a command and not finished it
// (slow lorises, S9). Looked at about once a second: precision does not matter here.

import { limits } from '../api/limits.js'
import type { Session } from './session.js'

const sweepMs = 1_000
/** An unfinished command gets a new deadline whenever it has grown by this much. */
const growthBytes = 64 * 1024

interface Watched {
  deadline: number
  /** Bytes since the deadline was set. */
  grown: number
}

export class Watch {
  readonly #watched = new Map<Session, Watched>()
  #sweepAt = Number.POSITIVE_INFINITY

  add(session: Session, deadline: number): void {
    this.#watched.set(session, { deadline, grown: 0 })
    this.#sweepAt = Math.min(this.#sweepAt, deadline)
  }

  remove(session: Session): void {
    if (this.#watched.size > 0) this.#watched.delete(session)
  }

  /** Bytes of an unfinished command came. */
  grow(session: Session, { bytes, mono }: { bytes: number; mono: number }): void {
    const watched = this.#watched.get(session)
    if (watched === undefined) {
      this.add(session, mono + limits.partialCommandMs)
      return
    }
    watched.grown += bytes
    if (watched.grown < growthBytes || !session.authenticated) return
    watched.grown = 0
    watched.deadline = mono + limits.partialCommandMs
  }

  /** Sessions whose deadline has passed; they stay until removed. */
  overdue(mono: number): readonly Session[] {
    if (mono < this.#sweepAt) return []
    const found: Session[] = []
    let first = Number.POSITIVE_INFINITY
    for (const [session, watched] of this.#watched) {
      if (watched.deadline <= mono) found.push(session)
      else first = Math.min(first, watched.deadline)
    }
    this.#sweepAt = Math.max(first, mono + sweepMs)
    return found
  }

  wakeAt(): number {
    return this.#watched.size === 0 ? Number.POSITIVE_INFINITY : this.#sweepAt
  }
}
