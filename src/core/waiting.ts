// A member that is not part of a cluster says so in its log: once when that has lasted, and as often as the reason changes
// or a while has passed. Nobody else can say it: whom it waits for may not exist.

import type { Now } from '../api/ids.js'

/** Milliseconds for which members that start together find each other, and between two lines of the same sentence. */
const patienceMs = 10_000
const againMs = 60_000

export class Waiting {
  #since: number | null = null
  #said = ''
  #saidAt = 0

  /** The sentence that is due, else null. `why` is empty where nothing is waited for. */
  turn({ mono }: Now, why: string): string | null {
    if (why === '') {
      this.#since = null
      return null
    }
    this.#since ??= mono
    if (mono - this.#since < patienceMs) return null
    if (why === this.#said && mono - this.#saidAt < againMs) return null
    this.#said = why
    this.#saidAt = mono
    return why
  }
}
