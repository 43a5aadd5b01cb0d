// The lists of members that there were, by the histories that they belong to: an era may lose the list of an index,
// and the next one write another there. So a list is known by the term of its entry, too.

import type { Position } from '../../src/api/position.js'
import type { Members, StrategyStatus } from '../../src/api/strategy.js'
import { areSameMembers } from '../../src/log/members.js'
import { firstEra } from './eras.js'
import type { Mark } from './seat.js'

export interface MembersAt extends Position {
  readonly members: Members
}

/** What is committed in the eras of the group. */
export interface Histories {
  /** The newest era that there is. */
  readonly newest: number
  of(era: number): { readonly committed: readonly Mark[] }
  /** What some era had committed up to a position; null where none committed that. */
  historyTo(at: Position): readonly Mark[] | null
}

/** A list that a leader went by. */
interface Led {
  readonly era: number
  readonly term: number
  readonly members: Members
}

export class MemberLists {
  readonly initial: MembersAt
  readonly #histories: Histories
  /** Those that somebody executed, by term and index of their entries. */
  readonly #executed = new Map<string, MembersAt>()
  /** As they came up, each as often as another one came between. */
  readonly #led: Led[] = []

  constructor(initial: Members, histories: Histories) {
    this.initial = { term: 0, index: 0, members: initial }
    this.#histories = histories
  }

  has({ term, index }: Position): boolean {
    return this.#executed.has(`${term}/${index}`)
  }

  executed(list: MembersAt): void {
    this.#executed.set(`${list.term}/${list.index}`, list)
  }

  /** What a leader says that it goes by. */
  led({ era, term, members }: Pick<StrategyStatus, 'era' | 'term' | 'members'>): void {
    const before = this.#led.findLast((one) => one.era === era)
    if (before !== undefined && areSameMembers(before.members, members)) return
    this.#led.push({ era, term, members })
  }

  /**
   * Whether a list is of the history of an era, or may come to be: executed in it, or gone by by a leader of it. Or in
   * a later one: a snapshot of that may come before the word that it began.
   */
  isOf(era: number, members: Members): boolean {
    const { newest } = this.#histories
    const isThis = (one: { readonly members: Members }): boolean =>
      areSameMembers(one.members, members)
    if (isThis(this.initial) || this.#led.some((one) => one.era >= era && isThis(one))) return true
    const committed = [era, newest].map((each) => this.#histories.of(each).committed)
    return [...this.#executed.values()].some(
      (one) =>
        isThis(one) && committed.some((history) => history[one.index - 1]?.term === one.term),
    )
  }

  /** The list that was executed last up to a position, in the history that it is of; null where no era has that. */
  upTo(at: Position): MembersAt | null {
    if (at.index === 0) return this.initial
    const history = this.#histories.historyTo(at)
    return history === null ? null : this.#lastOf(history)
  }

  /** The one that was executed last of the history of an era, up to an index. */
  lastOf(era: number, to = Infinity): MembersAt {
    return this.#lastOf(this.#histories.of(era).committed, to)
  }

  #lastOf(history: readonly Mark[], to = Infinity): MembersAt {
    let found = this.initial
    for (const list of this.#executed.values()) {
      const { term, index } = list
      if (index > found.index && index <= to && history[index - 1]?.term === term) found = list
    }
    return found
  }

  /**
   * The lists by which an era may be led: the one that is committed, or that its founder went by, and those of leaders
   * since that may come to be committed. What a leader of a term had before another term committed something is none.
   */
  inForce(era: number): readonly Members[] {
    const { committed } = this.#histories.of(era)
    const last = this.#lastOf(committed)
    const led: Led[] = this.#led.filter((one) => one.era === era)
    if (era === firstEra) led.unshift({ era, term: 0, members: this.initial.members })
    const isOfEra = era === firstEra || last.term >= era || led.length === 0
    const first = isOfEra ? last.members : (led[0] as Led).members
    const at = led.findLastIndex(({ members }) => areSameMembers(members, first))
    const term = committed.at(-1)?.term ?? 0
    const open = led.slice(at + 1).filter((one) => one.term >= term)
    return [first, ...open.map(({ members }) => members)]
  }
}
