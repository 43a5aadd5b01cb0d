// Commands over many keys: in one go up to the bound of a step, beyond it as a step machine.

import { later } from '../../api/engine.js'
import { limits } from '../../api/limits.js'
import type { Reply } from '../../api/reply.js'
import type { Context, Machine } from '../context.js'

export interface KeyVisit {
  /** Arguments from one key to the next. */
  readonly step: 1 | 2
  visit(key: string, at: number): void
  /** The answer; or `later` where it began another walk. */
  finish(): Reply | typeof later
}

/** Visits the keys of `args` in order, from the first argument on. */
export function overKeys(
  context: Context,
  args: readonly string[],
  visit: KeyVisit,
): Reply | typeof later {
  const walk = new KeyWalk(args, visit)
  if (args.length - 1 <= limits.stepElements) return walk.step(args.length)
  // A read that goes on in steps cannot turn back half way: it asks beforehand.
  return context.meetsLate() ? later : context.begin(walk)
}

class KeyWalk implements Machine {
  readonly #args: readonly string[]
  readonly #visit: KeyVisit
  #at = 1

  constructor(args: readonly string[], visit: KeyVisit) {
    this.#args = args
    this.#visit = visit
  }

  step(budget: number): Reply | typeof later {
    for (let left = budget; left > 0 && this.#at < this.#args.length; left--) {
      this.#visit.visit(this.#args[this.#at] as string, this.#at)
      this.#at += this.#visit.step
    }
    return this.#at < this.#args.length ? later : this.#visit.finish()
  }
}
