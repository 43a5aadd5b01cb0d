// Keys of which nobody knows what some entry had seen (plugins/eventual/README, What remains): their data may be
// lost or return, and is equal in the end.

import type { Judge } from '../judge.js'
import type { Entries } from './entries.js'

export class Muddle {
  readonly #judge: Judge
  readonly #entries: Entries
  readonly #keys = new Set<string>()
  /** Entries that slots showed. */
  readonly #ahead = new Set<number>()

  constructor(judge: Judge, entries: Entries) {
    this.#judge = judge
    this.#entries = entries
  }

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  /** Some slots of a member show these, and it does not hold them. */
  shownAhead(numbers: readonly number[]): void {
    for (const number of numbers) this.#ahead.add(number)
  }

  /** Nobody has them any more: what slots show of them is a part of what is lost. */
  forget(isLost: (number: number) => boolean): void {
    for (const number of this.#ahead) {
      if (!isLost(number)) continue
      this.#ahead.delete(number)
      this.#judge.mark('lost-in-part')
      for (const each of this.#entries.at(number).keys) this.#add(each)
    }
  }

  /** By a member that lacks what others cannot tell apart any more: what it took may come back with slots, too. */
  writtenBlind(keys: readonly string[]): void {
    this.#judge.mark('written-blind')
    for (const key of keys) this.#add(key)
  }

  /** By a member whose slots show `ahead`, which it does not hold: who holds that takes the two for concurrent. */
  writtenAhead(keys: readonly string[], ahead: readonly number[]): void {
    this.#judge.mark('written-ahead')
    const others = new Set(ahead.flatMap((number) => this.#entries.at(number).keys))
    for (const key of keys) if (others.has(key)) this.#add(key)
  }

  #add(key: string): void {
    if (this.#keys.has(key)) return
    this.#keys.add(key)
    this.#judge.mark('muddled-keys')
  }
}
