// Copies a value for another key: a large container part by part, in steps.

import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import type { Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import { Body, type Part } from '../../values/part.js'
import { type Container, copyValue, type Value } from '../../values/value.js'

/** Hands `done` a copy of the value; its answer is the command's. */
export function copyFor(
  context: Context,
  value: Value,
  done: (copy: Value) => Reply,
): Reply | typeof later {
  if (typeof value === 'string' || value.body.size <= limits.stepElements) {
    return done(copyValue(value))
  }
  return context.begin(new CopyMachine(value, done))
}

class CopyMachine implements Machine {
  readonly #value: Container
  readonly #done: (copy: Value) => Reply
  readonly #parts: Part[] = []

  constructor(value: Container, done: (copy: Value) => Reply) {
    this.#value = value
    this.#done = done
  }

  step(budget: number): Reply | typeof later {
    const body: Body = this.#value.body
    let left = budget
    while (left > 0 && this.#parts.length < body.parts.length) {
      const part = body.parts[this.#parts.length] as Part
      this.#parts.push(body.kind.copy(part))
      left -= Math.max(1, part.size)
    }
    if (this.#parts.length < body.parts.length) return later
    return this.#done(this.#value.withBody(new Body(body.kind, body.end, this.#parts)))
  }
}
