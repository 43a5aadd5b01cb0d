// Lists of members in a world of causal order, as a topology makes them: one after the other, and each member hears
// of the latest, or of one in between, at some time, or never.

import type { MemberId, MemberList } from 'quorate/plugin'

export interface ListChange {
  readonly add?: readonly MemberId[]
  readonly remove?: readonly MemberId[]
  readonly promote?: readonly MemberId[]
  /** Voters become learners. */
  readonly demote?: readonly MemberId[]
  /** Who is added is a learner first. */
  readonly isLearner?: boolean
}

export class Lists {
  readonly first: readonly MemberId[]
  readonly #all: MemberList[]
  /** By member: the list that its core knows of. */
  readonly #known = new Map<MemberId, number>()
  readonly #ever: Set<MemberId>

  /** `all`: members that have seats from the beginning, though they come later; all know of that. */
  constructor(first: readonly MemberId[], all: readonly MemberId[] = []) {
    this.first = first
    this.#ever = new Set(first)
    const seats = all.length > 0 ? all : first
    const epoch = all.length > 0 ? 1 : 0
    this.#all = [{ era: 0, epoch, seats, voters: first, learners: [] }]
    for (const id of all) this.#known.set(id, 0)
  }

  get current(): MemberList {
    return this.#all[this.#all.length - 1] as MemberList
  }

  isOn(id: MemberId): boolean {
    return this.current.voters.includes(id) || this.current.learners.includes(id)
  }

  /** It was a member once, or is one. */
  wasOn(id: MemberId): boolean {
    return this.#ever.has(id)
  }

  /** Those who are added know of it. False where it leaves no voter. */
  change({ add = [], remove = [], promote = [], demote = [], isLearner }: ListChange): boolean {
    const { epoch, seats, voters, learners } = this.current
    const stays = (id: MemberId): boolean => !remove.includes(id)
    const some = [...voters.filter(stays).filter((id) => !demote.includes(id)), ...promote]
    const rest = [...learners.filter(stays).filter((id) => !promote.includes(id)), ...demote]
    const next = {
      era: 0,
      epoch: epoch + 1,
      seats: [...seats, ...add.filter((id) => !seats.includes(id))],
      voters: isLearner === true ? some : [...some, ...add],
      learners: isLearner === true ? [...rest, ...add] : rest,
    }
    if (next.voters.length === 0) return false
    this.#all.push(next)
    for (const id of add) {
      this.#ever.add(id)
      this.#known.set(id, this.#all.length - 1)
    }
    return true
  }

  /** What a member's core knows when it starts. */
  of(id: MemberId): MemberList | undefined {
    const known = this.#known.get(id)
    return known === undefined ? undefined : this.#all[known]
  }

  /** Its core hears of a later list. */
  hears(id: MemberId, skip = this.#all.length): MemberList {
    const known = Math.min(this.#all.length - 1, (this.#known.get(id) ?? 0) + skip)
    this.#known.set(id, known)
    return this.#all[known] as MemberList
  }
}
