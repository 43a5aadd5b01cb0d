// Worlds in which the members of merging groups change: lists are made one after the other, as a topology does, and each
// member hears of the latest, or of one in between, at some time. Members of no list run on, as somebody who did not
// hear of it: some from the beginning, who are added later, and those that were removed.

import type { GroupId, MemberId } from '../../../src/api/ids.js'
import type { Strategy, StrategyInit } from '../../../src/api/strategy.js'
import type { Random } from '../../../src/base/random.js'
import { Lists } from '../../conformance/causal/lists.js'
import type { Judge } from '../judge.js'
import type { Profile } from '../profile.js'

export function watchLists({ members, outside }: Profile, judge: Judge): ListWatch | null {
  const all = Array.from({ length: members }, (_, at) => (at + 1) as MemberId)
  return outside === null ? null : new ListWatch(judge, all, outside)
}

/** Of the list that a member works by. */
export function membersOf(strategy: Strategy): readonly MemberId[] {
  const { voters, learners } = strategy.status().members
  return [...voters, ...learners]
}

export class ListWatch {
  readonly lists: Lists
  readonly #judge: Judge
  readonly #all: readonly MemberId[]
  /** Of the members that are up, by group. */
  readonly #strategies = new Map<MemberId, Map<GroupId, Strategy>>()

  constructor(judge: Judge, all: readonly MemberId[], outside: number) {
    this.#judge = judge
    this.#all = all
    this.lists = new Lists(all.slice(0, all.length - outside), all)
  }

  isOn(member: MemberId): boolean {
    return this.lists.isOn(member)
  }

  /** What a strategy starts from. */
  initOf(init: StrategyInit): StrategyInit {
    const members = { voters: this.lists.first, learners: [] }
    return { ...init, members, list: this.lists.of(init.self) }
  }

  began({ self, group }: StrategyInit, strategy: Strategy): void {
    const groups = this.#strategies.get(self) ?? new Map<GroupId, Strategy>()
    this.#strategies.set(self, groups.set(group, strategy))
  }

  ended(member: MemberId): void {
    this.#strategies.delete(member)
  }

  /** A new list, or somebody hears of one; false where neither could be. */
  change(random: Random): boolean {
    const id = random.pick(this.#all)
    const { voters, learners } = this.lists.current
    const roll = random.below(10)
    if (roll < 5) return this.#tell(id, random.chance(1, 2) ? undefined : 1)
    if (!this.lists.wasOn(id)) {
      this.#judge.mark('members-added')
      return this.lists.change({ add: [id], isLearner: random.chance(1, 2) })
    }
    if (learners.includes(id) && roll < 8)
      return this.#isFilled(id) && this.lists.change({ promote: [id] })
    if (voters.includes(id) && roll === 9) return this.lists.change({ demote: [id] })
    const isHeld = voters.some((each) => each !== id && this.#isFilled(each))
    if (!this.isOn(id) || !isHeld || voters.length + learners.length <= 2) return false
    this.#judge.mark('members-removed')
    return this.lists.change({ remove: [id] })
  }

  /** In the end all who stay are voters, and know it. */
  restore(): void {
    const { learners } = this.lists.current
    if (learners.length > 0) this.lists.change({ promote: learners })
    for (const id of this.#all) if (this.isOn(id)) this.#tell(id)
  }

  #tell(id: MemberId, skip?: number): boolean {
    const list = this.lists.hears(id, skip)
    const groups = this.#strategies.get(id)
    if (groups === undefined) return false
    for (const strategy of groups.values()) strategy.follow?.(list)
    return true
  }

  /** It holds what there was when it came, in all groups. */
  #isFilled(id: MemberId): boolean {
    const groups = [...(this.#strategies.get(id)?.values() ?? [])]
    return groups.length > 0 && groups.every((each) => each.status().recovering === null)
  }
}
