// Tells the engine which commands come next, as many as it wants to know of at a time. A hint: what is
// executed is the same without it.

import type { Engine } from '../api/engine.js'
import type { EntryHead } from '../api/entry.js'
import type { Running } from './executor-host.js'
import type { ReadRound } from './reads.js'

export class Upcoming {
  /** Of what it told last, and up to where. */
  #of: EntryHead | ReadRound | null = null
  #until = 0

  /** Command `at` of an entry is next. */
  commands(engine: Engine, { head, commands }: Running, at: number): void {
    if (this.#isKnown(head, at)) return
    const { databases, calls } = commands
    let next = at
    while (next < calls.length) {
      const isMore = engine.foresee?.(databases[next] as number, calls[next] as readonly string[])
      next++
      if (isMore !== true) break
    }
    this.#look(engine, head, next)
  }

  /** The next read of a round, which goes on to `end`, is next. */
  reads(engine: Engine, round: ReadRound, end: number): void {
    if (this.#isKnown(round, round.next)) return
    let next = round.next
    while (next < end) {
      const call = round.calls[next++]
      if (call === undefined || engine.foresee?.(call.db, call.args) !== true) break
    }
    this.#look(engine, round, next)
  }

  #isKnown(list: EntryHead | ReadRound, at: number): boolean {
    return this.#of === list && at < this.#until
  }

  #look(engine: Engine, list: EntryHead | ReadRound, until: number): void {
    this.#of = list
    this.#until = until
    engine.look?.()
  }
}
