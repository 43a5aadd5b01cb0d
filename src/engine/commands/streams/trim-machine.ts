// Trims a stream part by part, in steps where that is long.

import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import type { Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import type { StreamValue } from '../../values/stream.js'
import { type TrimOptions, trimPart } from './trim.js'

/** Trims and answers what `done` makes of the number of entries removed. */
export function trimStream(
  context: Context,
  key: string,
  what: {
    readonly stream: StreamValue
    readonly trim: TrimOptions
    readonly done: (count: number) => Reply
  },
): Reply | typeof later {
  const machine = new TrimMachine(context, key, what)
  const reply = machine.step(limits.stepElements)
  return reply === later ? context.begin(machine) : reply
}

class TrimMachine implements Machine {
  readonly #context: Context
  readonly #key: string
  readonly #stream: StreamValue
  readonly #trim: TrimOptions
  readonly #finish: (count: number) => Reply
  #done = 0

  constructor(
    context: Context,
    key: string,
    what: {
      readonly stream: StreamValue
      readonly trim: TrimOptions
      readonly done: (count: number) => Reply
    },
  ) {
    this.#context = context
    this.#key = key
    this.#stream = what.stream
    this.#trim = what.trim
    this.#finish = what.done
  }

  step(budget: number): Reply | typeof later {
    let left = budget
    while (left > 0) {
      const what = { stream: this.#stream, trim: this.#trim, done: this.#done }
      const count = trimPart(this.#context, this.#key, what)
      if (count === 0) return this.#finish(this.#done)
      this.#done += count
      left -= count
    }
    return later
  }
}
