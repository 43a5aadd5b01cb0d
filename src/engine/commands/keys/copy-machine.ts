// Copies a value for another key: a large container part by part, in steps.

import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import type { Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import { restorePart } from '../../values/codec.js'
import { Body, type Part, type PartKind } from '../../values/part.js'
import type { ScorePart } from '../../values/score-part.js'
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
  readonly #made: Container
  readonly #done: (copy: Value) => Reply

  constructor(value: Container, done: (copy: Value) => Reply) {
    this.#value = value
    this.#done = done
    const body = new Body(value.body.kind as PartKind, value.body.end)
    body.parts.length = 0
    this.#made = value.withBody(body)
  }

  step(budget: number): Reply | typeof later {
    const body: Body = this.#value.body
    const { parts } = this.#made.body
    let left = budget
    while (left > 0 && parts.length < body.parts.length) {
      const part = body.kind.copy(body.parts[parts.length] as Part)
      restorePart(this.#made, part)
      // Its index of members, too, grows step by step.
      if (this.#made.type === 'zset') this.#made.restored(part as ScorePart)
      left -= Math.max(1, part.size)
    }
    return parts.length < body.parts.length ? later : this.#done(this.#made)
  }
}
