// Work that visits many elements: in one go where they are few, else as a step machine.

import { later } from '../../api/engine.js'
import { limits } from '../../api/limits.js'
import type { Reply } from '../../api/reply.js'
import type { Context, Machine } from '../context.js'

export interface Visit {
  /** Visits number `index`; false to end early. */
  visit(index: number): boolean
  /** The answer; or `later` where it began another walk. */
  finish(): Reply | typeof later
}

/** Visits 0 to `count` - 1 in order, then answers. */
export function inSteps(context: Context, count: number, visit: Visit): Reply | typeof later {
  const walk = new StepWalk(count, visit)
  return count <= limits.wholeElements ? walk.step(count + 1) : context.begin(walk)
}

class StepWalk implements Machine {
  readonly #count: number
  readonly #visit: Visit
  #at = 0

  constructor(count: number, visit: Visit) {
    this.#count = count
    this.#visit = visit
  }

  step(budget: number): Reply | typeof later {
    for (let left = budget; left > 0 && this.#at < this.#count; left--) {
      if (!this.#visit.visit(this.#at++)) this.#at = this.#count
    }
    return this.#at < this.#count ? later : this.#visit.finish()
  }
}
