// Whether a batch that could leave waits for more commands. Callers that were just answered mostly send
// again at once: the batch that waits for them is twice as large as one that leaves with what came
// meanwhile, and each batch costs a sync and a round of messages whatever its size. Where waiting turns
// out to be in vain it is tried more and more rarely.

import type { Now } from '../api/ids.js'
import { limits } from '../api/limits.js'

/** What a wait in vain adds to the doubt, and what a good one takes away from it. */
const vainStep = 2
const goodStep = 1
/** At this doubt one batch in 2^6 waits. */
const doubtMax = 6

export class Gathering {
  /** Commands that the next batch waits for; 0: it does not. */
  #expected = 0
  /** Monotonic ms of the answer that it follows. */
  #since = 0
  #doubt = 0
  /** Batches that leave at once before waiting is tried again. */
  #skips = 0

  /** Nothing is under way any more: as many commands as now wait or were just answered may come. */
  begin(expected: number, mono: number): void {
    this.#expected = 0
    if (this.#skips > 0) {
      this.#skips--
      return
    }
    this.#expected = expected
    this.#since = mono
  }

  /** A batch of `count` commands should wait. */
  holds(count: number, now: Now): boolean {
    return count < this.#expected && now.mono < this.until
  }

  /** Monotonic ms at which the wait is over. */
  get until(): number {
    return this.#since + limits.batchPatienceMs
  }

  /** A batch of `count` commands left. */
  left(count: number): void {
    if (this.#expected === 0) return
    const isVain = count < this.#expected
    this.#expected = 0
    if (!isVain) {
      this.#doubt = Math.max(0, this.#doubt - goodStep)
      return
    }
    this.#doubt = Math.min(doubtMax, this.#doubt + vainStep)
    this.#skips = 1 << this.#doubt
  }
}
