// BITCOUNT and BITPOS over long strings: in one go while the range is short, else in steps.

import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import type { Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import { bytesPerElement } from '../../values/bits.js'

/** Looks at the bytes from `from` to before `to`; answers, or null to go on behind them. */
export type LookAtBytes = (from: number, to: number) => Reply | undefined

/** Visits the bytes from `from` to before `to` in order; `end` answers when no part did. */
export function overBytes(
  context: Context,
  range: { readonly from: number; readonly to: number },
  visit: { readonly look: LookAtBytes; readonly end: () => Reply },
): Reply | typeof later {
  const machine = new ByteWalk(range, visit)
  const elements = (range.to - range.from) / bytesPerElement
  if (elements <= limits.stepElements) return machine.step(limits.stepElements)
  // A read that must go through the log turns back before it works.
  return context.isLate ? null : context.begin(machine)
}

class ByteWalk implements Machine {
  readonly #to: number
  readonly #visit: { readonly look: LookAtBytes; readonly end: () => Reply }
  #at: number

  constructor(
    range: { readonly from: number; readonly to: number },
    visit: { readonly look: LookAtBytes; readonly end: () => Reply },
  ) {
    this.#at = range.from
    this.#to = range.to
    this.#visit = visit
  }

  step(budget: number): Reply | typeof later {
    const from = this.#at
    this.#at = Math.min(this.#to, from + budget * bytesPerElement)
    if (this.#at > from) {
      const reply = this.#visit.look(from, this.#at)
      if (reply !== undefined) return reply
    }
    return this.#at < this.#to ? later : this.#visit.end()
  }
}
