// Runs work in steps as a long command: in one go while the bound of a step suffices.

import { later } from '../../api/engine.js'
import { limits } from '../../api/limits.js'
import type { Reply } from '../../api/reply.js'
import type { Context, Machine } from '../context.js'
import type { Work } from './types.js'

/** Does the work and answers what `finish` makes of its result. */
export function runWork<T>(
  context: Context,
  work: Work<T>,
  finish: (result: T) => Reply,
): Reply | typeof later {
  const machine = new WorkMachine(work, finish)
  const reply = machine.step(limits.stepElements)
  return reply === later ? context.begin(machine) : reply
}

class WorkMachine<T> implements Machine {
  readonly #work: Work<T>
  readonly #finish: (result: T) => Reply

  constructor(work: Work<T>, finish: (result: T) => Reply) {
    this.#work = work
    this.#finish = finish
  }

  step(budget: number): Reply | typeof later {
    for (let left = budget; left > 0; left--) {
      const { done, value } = this.#work.next()
      if (done === true) return this.#finish(value)
    }
    return later
  }
}
