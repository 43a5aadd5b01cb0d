// Lists too long for one array: the collector copies an array of millions each time that it grows, and looks
// through all of it once more, 60 to 130 ms at 5 million items. So they are kept in runs; whoever cannot take
// runs asks for the whole.

import { limits } from './limits.js'
import type { LongReply, Reply } from './reply.js'

/** Items of one run, an even number. */
const runItems = 4_096

export type ListShape = LongReply['as']

/** Gathers the items of a list. */
export class LongItems {
  /** Where the next ones are added. */
  run: Reply[] = []
  readonly #runs: (readonly Reply[])[] = []
  #closed = 0

  get count(): number {
    return this.#closed + this.run.length
  }

  /** Called now and then, not between a field and its value: begins a new run where this one is long. */
  rest(): void {
    if (this.run.length < runItems) return
    this.#runs.push(this.run)
    this.#closed += this.run.length
    this.run = []
  }

  /** Nothing is added any more. */
  reply(as: ListShape): Reply {
    if (this.#runs.length === 0) return listOf(as, this.run)
    const runs = [...this.#runs, this.run]
    const long: LongReply = { type: 'long', as, runs, count: this.count }
    return this.count > limits.replyItemsWhole ? long : wholeOf(long)
  }
}

/** The same as one list. */
export function wholeOf({ as, runs }: LongReply): Reply {
  return listOf(as, runs.flat())
}

function listOf(as: ListShape, items: readonly Reply[]): Reply {
  if (as === 'array') return items
  return as === 'map' ? { type: 'map', pairs: items } : { type: as, items }
}
