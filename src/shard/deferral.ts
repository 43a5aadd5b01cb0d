// When a follower executes what it hears is committed: behind its answer about the entries that came with
// that, for which the leader and all its clients wait. Entries that are committed already can wait for a
// turn after one write, not for the next write too, nor for a slow disk. Driven by `drive`.

import type { Now } from '../api/ids.js'

/** Bytes of entries that are executed at once: to them one more turn would cost as much. */
const shortBytes = 8 * 1024
/** Milliseconds for which they wait: no timer asks, but no member is without turns for long. */
const holdMs = 10

export class Deferral {
  /** `due`: the answer has left with the last turn. */
  #state: 'none' | 'writing' | 'answered' | 'due' = 'none'
  /** Monotonic ms of the write. */
  #since = 0

  /** A write was handed out that an answer waits for; so many bytes may be executed. */
  writes(bytes: number, { mono }: Now): void {
    if (this.#state !== 'none' || bytes <= shortBytes) return
    this.#state = 'writing'
    this.#since = mono
  }

  /** The oldest of them is on the disk: its answer leaves at the end of this turn. */
  wrote(): void {
    if (this.#state === 'writing') this.#state = 'answered'
  }

  isOn({ mono }: Now): boolean {
    const waits = this.#state === 'writing' || this.#state === 'answered'
    return waits && mono - this.#since < holdMs
  }

  /** The turn ends; whether the next one should come at once. */
  endTurn(): boolean {
    if (this.#state === 'due') this.#state = 'none'
    if (this.#state !== 'answered') return false
    this.#state = 'due'
    return true
  }
}
