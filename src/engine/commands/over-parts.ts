// A container's parts one after another: in one go where it is small, else as a step machine.

import { later } from '../../api/engine.js'
import { limits } from '../../api/limits.js'
import type { Reply } from '../../api/reply.js'
import type { Context, Machine } from '../context.js'
import type { Body, Part } from '../values/part.js'

/** Calls `visit` with each part, which it must not change, then answers what `finish` does, or goes on as it does. */
export function overParts<P extends Part>(
  context: Context,
  body: Body<P>,
  {
    visit,
    finish,
  }: { readonly visit: (part: P) => void; readonly finish: () => Reply | typeof later },
): Reply | typeof later {
  if (body.size <= limits.stepElements) {
    for (const part of body.parts) visit(part)
    return finish()
  }
  return context.begin(new PartWalk(body, visit, finish))
}

class PartWalk<P extends Part> implements Machine {
  readonly #body: Body<P>
  readonly #visit: (part: P) => void
  readonly #finish: () => Reply | typeof later
  #at = 0

  constructor(body: Body<P>, visit: (part: P) => void, finish: () => Reply | typeof later) {
    this.#body = body
    this.#visit = visit
    this.#finish = finish
  }

  step(budget: number): Reply | typeof later {
    const { parts } = this.#body
    for (let left = budget; left > 0 && this.#at < parts.length; ) {
      const part = parts[this.#at++] as P
      this.#visit(part)
      left -= Math.max(1, part.size)
    }
    return this.#at < parts.length ? later : this.#finish()
  }
}
