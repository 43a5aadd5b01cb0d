// How much one connection may owe its client: `client-output-buffer-limit`, by class. A listener that
// does not keep up is closed; whoever publishes to it never waits.

import { limits } from '../../api/limits.js'
import type { Session } from '../session.js'

interface Limit {
  /** Bytes, 0 for none. */
  readonly hard: number
  readonly soft: number
  readonly softMs: number
}

const never = Number.POSITIVE_INFINITY
const unlimited: Limit = { hard: 0, soft: 0, softMs: 0 }

export class OutputLimits {
  #normal = unlimited
  #pubsub = unlimited
  /** Since when sessions are above their soft limit, monotonic ms. */
  readonly #since = new Map<Session, number>()
  /** Monotonic ms at which the first of them may have to go. */
  #dueAt = never

  /** `normal 0 0 0 slave 1 1 1 pubsub 33554432 8388608 60`. */
  set setting(text: string) {
    const words = text.split(' ')
    for (let at = 0; at + 3 < words.length; at += 4) {
      const [hard, soft, seconds] = words.slice(at + 1, at + 4).map(Number)
      const limit = { hard: hard ?? 0, soft: soft ?? 0, softMs: (seconds ?? 0) * 1000 }
      if (words[at] === 'normal') this.#normal = limit
      else if (words[at] === 'pubsub') this.#pubsub = limit
    }
  }

  /** Whether a session owes too much: `held` bytes are not taken. */
  isOver(session: Session, held: number, mono: number): boolean {
    if (!session.authenticated) return held > limits.outputUnauthenticatedBytes
    if (held > limits.outputHardBytes) return true
    const isListener = session.subscribed > 0 || session.isMonitor
    const { hard, soft, softMs } = isListener ? this.#pubsub : this.#normal
    if (hard > 0 && held > hard) return true
    if (soft === 0 || held <= soft) {
      if (this.#since.size > 0) this.#since.delete(session)
      return false
    }
    const since = this.#since.get(session) ?? mono
    this.#since.set(session, since)
    this.#dueAt = Math.min(this.#dueAt, since + softMs + 1)
    return mono - since > softMs
  }

  /** Looks again at whoever has been above its soft limit for long: nothing may come that would. */
  endTurn(mono: number): void {
    if (mono < this.#dueAt) return
    this.#dueAt = never
    for (const session of this.#since.keys()) session.touch()
  }

  /** Monotonic milliseconds at which somebody is due. */
  wakeAt(): number {
    return this.#since.size === 0 ? never : this.#dueAt
  }

  forget(session: Session): void {
    this.#since.delete(session)
  }
}
