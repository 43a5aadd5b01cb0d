// Who led which term of one group, over the whole run: one member a term (RF1). And nobody leads, and
// nothing is committed, in a term behind the loss of a majority's disks (LV8) until it is accepted.

import type { MemberId } from '../../src/api/ids.js'
import type { Check, Judge } from './judge.js'
import type { Seat } from './seat.js'

export class Terms {
  readonly #name: string
  readonly #judge: Judge
  readonly #leaders = new Map<number, number>()
  /** The greatest term that a member knew when a majority lost its disks; null while that did not happen. */
  #lostTerm: number | null = null
  leaderChanges = 0

  constructor(name: string, judge: Judge) {
    this.#name = name
    this.#judge = judge
  }

  majorityLost(seats: readonly Seat[]): void {
    this.#lostTerm = seats.reduce((most, seat) => Math.max(most, seat.term), 0)
  }

  lossAccepted(): void {
    this.#lostTerm = null
  }

  elected(member: MemberId, term: number): void {
    const known = this.#leaders.get(term)
    this.#hold(
      known === undefined || known === member,
      'leader-per-term',
      () => `members ${known} and ${member} lead term ${term}`,
    )
    if (known === undefined) {
      this.#judge.mark('elections')
      if (this.#leaders.size > 0) this.leaderChanges++
    }
    this.#leaders.set(term, member)
    this.checkInvention(member, term, 'leads')
  }

  checkInvention(member: MemberId, term: number, what: string): void {
    this.#hold(
      this.#lostTerm === null || term <= this.#lostTerm,
      'no-invention',
      () => `member ${member} ${what} in term ${term}, though a majority lost its disks`,
    )
  }

  #hold(condition: boolean, check: Check, sentence: () => string): void {
    if (!condition) this.#judge.fail(check, `${this.#name}: ${sentence()}`)
  }
}
