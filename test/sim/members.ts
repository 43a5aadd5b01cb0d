// Worlds in which the members of a group change: some stand outside of it when it begins, and its leader is asked
// for changes under all other faults. Holds RF12, and that members start with the list of their position.

import type { LogEntry } from '../../src/api/entry.js'
import type { Position } from '../../src/api/position.js'
import type { MemberId, Token } from '../../src/api/ids.js'
import type { MemberChange, Members, Strategy, StrategyStatus } from '../../src/api/strategy.js'
import type { Random } from '../../src/base/random.js'
import { areSameMembers, decides, membersOf } from '../../src/log/members.js'
import { mayFollow, show } from '../conformance/total/member-rules.js'
import type { Judge } from './judge.js'
import { type Histories, MemberLists, type MembersAt } from './member-lists.js'
import type { Profile } from './profile.js'

/** Tokens that no shard gives. */
const firstToken = 2 ** 50

interface Outside {
  /** Those that the group begins with. */
  readonly first: readonly MemberId[]
  /** Whole members come and go, and know by themselves whom their groups began with. */
  readonly isWhole: boolean
}

export function watchMembers(
  { members, outside, fleet }: Profile,
  judge: Judge,
  born?: readonly MemberId[],
): MemberWatch | null {
  const all = Array.from({ length: members }, (_, at) => (at + 1) as MemberId)
  if (outside === null) return null
  const first = born ?? all.slice(0, all.length - outside)
  return new MemberWatch(judge, all, { first, isWhole: fleet !== null })
}

export class MemberWatch {
  readonly initial: Members
  readonly #judge: Judge
  /** Every list that was ever written. */
  readonly #written: MembersAt[] = []
  /** Those that somebody executed, and those that leaders went by. Set by the oracle. */
  #lists!: MemberLists
  #histories!: Histories
  /** Of the members that are up: what they say, and their strategies. */
  readonly #status = new Map<MemberId, StrategyStatus>()
  /** The last change of a member's list, by the turn that it fell into. */
  readonly #changed = new Map<MemberId, { readonly step: number; readonly before: Members }>()
  readonly #strategies = new Map<MemberId, Strategy>()
  readonly #all: readonly MemberId[]
  readonly #isWhole: boolean
  #asked = 0

  constructor(judge: Judge, all: readonly MemberId[], { first, isWhole }: Outside) {
    this.#judge = judge
    this.#isWhole = isWhole
    this.#all = all
    this.initial = { voters: first, learners: [] }
  }

  /** Called before anything happens: what was committed, by eras. */
  follow(histories: Histories): void {
    this.#histories = histories
    this.#lists = new MemberLists(this.initial, histories)
  }

  /** What a member has to begin with behind a position, where it is handed `given`. */
  listAt(at: Position, given: Members, who: string): Members {
    const list = this.#lists.upTo(at)
    if (list === null) {
      const where = `${at.term}/${at.index}`
      this.#judge.fail('members', `${who} begins at ${where}, which no era has committed`)
      return given
    }
    if (list.index === 0) {
      this.#judge.hold(
        !this.#isWhole || areSameMembers(this.initial, given),
        'members',
        () => `${who} begins with ${show(given)}, the group did with ${show(this.initial)}`,
      )
      return this.initial
    }
    this.#judge.hold(
      areSameMembers(list.members, given),
      'members',
      () =>
        `${who} begins at ${at.index} with ${show(given)}, the members are ${show(list.members)}`,
    )
    return given
  }

  began(member: MemberId, strategy: Strategy): void {
    this.#strategies.set(member, strategy)
  }

  ended(member: MemberId): void {
    this.#strategies.delete(member)
    this.#status.delete(member)
  }

  /** The first word of a Ready; `founds`: an era began in it, by this member's list. */
  told(member: MemberId, status: StrategyStatus, founds: boolean): void {
    const before = this.#status.get(member)
    if (before !== undefined && !areSameMembers(before.members, status.members))
      this.#changed.set(member, { step: this.#judge.step, before: before.members })
    this.#status.set(member, status)
    if (founds || status.role === 'leader') this.#lists.led(status)
    // A leader may append a list, and step down within the turn.
    else if (before?.role === 'leader' && before.era === status.era)
      this.#lists.led({ ...status, term: before.term })
    const { era, members, recovering } = status
    this.#judge.hold(
      recovering !== null || this.#lists.isOf(era, members),
      'members',
      () => `member ${member} goes by ${show(members)}, which nobody wrote in era ${era}`,
    )
  }

  /** A member executes an entry of its era. */
  executed(at: Position, { payload }: Pick<LogEntry, 'payload'>, era: number): void {
    const members = membersOf(payload)
    if (members === null || this.#lists.has(at)) return
    const before = this.#lists.inForce(era)[0] as Members
    // A founder may have gone by a list without a log, and name it again; or by one that comes to be committed only now.
    const isRepeated = at.term <= era && areSameMembers(before, members)
    this.#judge.hold(
      mayFollow(before, members) || isRepeated,
      'members',
      () => `${show(members)} follows ${show(before)} at ${at.term}/${at.index} in era ${era}`,
    )
    this.#lists.executed({ ...at, members })
    this.#judge.mark(members.outgoing === undefined ? 'members-changed' : 'members-joint')
  }

  /** Entries leave for the log of a member; `termAt` is of its log. */
  written(
    entries: readonly LogEntry[],
    { status, termAt }: { status: StrategyStatus; termAt: (index: number) => number | undefined },
  ): void {
    for (const { index, term, payload } of entries) {
      const members = membersOf(payload)
      if (members === null) continue
      if (this.#written.some((one) => one.index === index && one.term === term)) continue
      if (status.role === 'leader' && status.term === term) {
        const before = this.#before(index, termAt, status.era)
        this.#judge.hold(
          mayFollow(before.members, members),
          'members',
          () => `${show(members)} follows ${show(before.members)} at ${index}`,
        )
        this.#judge.hold(
          before.index <= status.commit.index && status.commit.term === term,
          'members',
          () =>
            `members change at ${index} of term ${term}, others of ${before.index}, committed is ${status.commit.term}/${status.commit.index}`,
        )
      }
      this.#written.push({ index, term, members })
    }
  }

  #before(index: number, termAt: (index: number) => number | undefined, era: number): MembersAt {
    let found = this.#lists.lastOf(era, index - 1)
    for (const one of this.#written)
      if (one.index < index && one.index > found.index && termAt(one.index) === one.term)
        found = one
    return found
  }

  /** RF6: whether those for which this holds can decide, for `member` or for one that leads. */
  decides(member: MemberId, holds: (id: MemberId) => boolean): boolean {
    for (const [id, { role, members }] of this.#status) {
      if (id !== member && role !== 'leader') continue
      if (decides(members, holds)) return true
      const changed = this.#changed.get(id)
      // What was committed in this turn may have been so before the list changed in it.
      if (changed?.step === this.#judge.step && decides(changed.before, holds)) return true
    }
    return false
  }

  /** Whether those for which this holds could lead an era by every list that may be in force in it. */
  decidesEra(era: number, holds: (id: MemberId) => boolean): boolean {
    return this.#lists.inForce(era).every((members) => decides(members, holds))
  }

  /** No list that may be in force needs this member, and none is on its way. */
  mayLose(member: MemberId): boolean {
    const { newest } = this.#histories
    const executed = this.#lists.lastOf(newest)
    const lists: Pick<MembersAt, 'members'>[] = this.#written.filter(
      ({ index }) => index > executed.index,
    )
    // Whoever knew of it may be about to start, and say nothing.
    for (const members of this.#lists.inForce(newest)) lists.push({ members })
    const said = [...this.#strategies.values()].map((strategy) => strategy.status())
    for (const { members } of [...lists, ...said]) {
      if (members.outgoing !== undefined) return false
      if (members.voters.includes(member) && members.voters.length < 3) return false
    }
    return said.length > 0
  }

  /** Asks whoever leads for a change; false where that is refused. */
  change(random: Random): boolean {
    const leader = this.#leader()
    if (leader === undefined) return false
    const { voters, learners } = leader.status.members
    const outside = this.#all.filter((id) => !voters.includes(id) && !learners.includes(id))
    const some = (ids: readonly MemberId[]): MemberId[] => ids.filter(() => random.chance(1, 2))
    const kind = random.below(6)
    const none: readonly MemberId[] = []
    if (kind < 2) return this.#ask(leader, { add: some(outside), remove: none, promote: none })
    if (kind < 4) return this.#ask(leader, { add: none, remove: none, promote: some(learners) })
    const change = { add: some(outside), remove: some(voters), promote: some(learners) }
    if (kind === 4) return this.#ask(leader, change)
    return this.#ask(leader, { add: none, remove: [leader.id], promote: some(learners) })
  }

  /** Brings everybody back in, step by step; true once all are voters, and nothing is open. */
  restore(): boolean {
    const leader = this.#leader()
    if (leader === undefined) return false
    const { voters, learners, outgoing } = leader.status.members
    if (outgoing !== undefined) return false
    if (voters.length === this.#all.length) return true
    const add = this.#all.filter((id) => !voters.includes(id) && !learners.includes(id))
    if (add.length > 0) this.#ask(leader, { add, remove: [], promote: [] })
    else this.#ask(leader, { add: [], remove: [], promote: learners })
    return false
  }

  #leader(): { id: MemberId; status: StrategyStatus } | undefined {
    let found: { id: MemberId; status: StrategyStatus } | undefined
    for (const [id, strategy] of this.#strategies) {
      const status = strategy.status()
      if (status.role !== 'leader' || status.term < (found?.status.term ?? 0)) continue
      found = { id, status }
    }
    return found
  }

  #ask({ id }: { readonly id: MemberId }, change: MemberChange): boolean {
    const token = (firstToken + ++this.#asked) as Token
    return this.#strategies.get(id)?.reconfigure(token, change) === null
  }
}
