// EV1: members that hold the same entries show the same data.

import type { MemberId } from '../../../src/api/ids.js'
import type { Judge } from '../judge.js'
import type { Held } from './held.js'

/** Of a member: digests by key. */
interface First {
  readonly digests: ReadonlyMap<string, string>
  readonly member: MemberId
}

export class Shown {
  readonly #name: string
  readonly #judge: Judge
  /** By what is held: what who had it first showed. */
  readonly #firsts = new Map<string, First>()

  constructor(name: string, judge: Judge) {
    this.#name = name
    this.#judge = judge
  }

  shows(member: MemberId, held: Held, digests: ReadonlyMap<string, string>): void {
    const known = this.#firsts.get(held.key)
    if (known === undefined) {
      this.#firsts.set(held.key, { digests, member })
      return
    }
    if (known.member !== member) this.#judge.mark('digests-compared')
    const others = [...digests.keys()].filter((key) => known.digests.get(key) !== digests.get(key))
    this.#judge.hold(
      others.length === 0,
      'digest',
      () =>
        `${this.#name}: members ${known.member} and ${member} hold the same ${held.count} entries and show other data at ${others.join(' ')}`,
    )
  }
}
