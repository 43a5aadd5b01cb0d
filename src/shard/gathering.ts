// Whether a batch that could leave waits for more commands. Callers that were just answered mostly send
// again at once: the batch that waits for them is twice as large as one that leaves with what came
// meanwhile, and each batch costs a sync and a round of messages whatever its size. The groups of a
// keyspace at a member gather together: who was answered by one of them goes on with any other, and what
// leaves in one turn shares frames and syncs. Where waiting turns out to be in vain it is tried more and
// more rarely.

import type { Now } from '../api/ids.js'
import { limits } from '../api/limits.js'

/** What a wait in vain adds to the doubt, and what a good one takes away from it. */
const vainStep = 2
const goodStep = 1
/** At this doubt one batch in 2^6 waits. */
const doubtMax = 6

/** How long answers take, and for how long a batch therefore waits: a busy member is slow, and so are its callers. */
export class AnswerTime {
  #usualMs = 0
  /** Milliseconds to wait. */
  ms: number = limits.batchPatienceMs

  /** An answer took so long. */
  took(ms: number): void {
    this.#usualMs += (ms - this.#usualMs) / 8
    const twice = Math.ceil(2 * this.#usualMs)
    this.ms = Math.min(Math.max(twice, limits.batchPatienceMs), limits.batchPatienceMsMax)
  }
}

export class Gathering {
  /** Commands that wait, and that are under way, in all groups. */
  #waiting = 0
  #flying = 0
  /** Commands that the next batches wait for; 0: they do not. */
  #expected = 0
  /** Monotonic ms at which the wait is over. */
  #until = 0
  #doubt = 0
  /** Batches that leave at once before waiting is tried again. */
  #skips = 0

  /** A command waits from now on. */
  came(): void {
    this.#waiting++
  }

  /** So many that waited never left. */
  gone(count: number): void {
    this.#waiting -= count
  }

  /** So many that were under way wait again. */
  returned(count: number): void {
    this.#flying -= count
    this.#waiting += count
  }

  /** So many are under way no more. */
  landed(count: number): void {
    this.#flying -= count
  }

  /**
   * Of one group nothing is under way any more, and `back` callers were answered: as many commands may come
   * as were answered, now wait, or are under way in other groups. They are waited for until then.
   */
  begin(back: number, until: number): void {
    this.#expected = 0
    if (this.#skips > 0) {
      this.#skips--
      return
    }
    this.#expected = back + this.#waiting + this.#flying
    this.#until = until
  }

  /** What waits should wait for more. */
  holds(now: Now): boolean {
    return this.#waiting < this.#expected && now.mono < this.#until
  }

  /** Monotonic ms at which the wait is over. */
  get until(): number {
    return this.#until
  }

  /** A batch of `count` commands left. */
  left(count: number): void {
    const waited = this.#waiting
    this.#waiting -= count
    this.#flying += count
    if (this.#expected === 0) return
    const isVain = waited < this.#expected
    this.#expected = 0
    if (!isVain) {
      this.#doubt = Math.max(0, this.#doubt - goodStep)
      return
    }
    this.#doubt = Math.min(doubtMax, this.#doubt + vainStep)
    this.#skips = 1 << this.#doubt
  }
}
