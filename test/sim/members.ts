// Worlds in which the members of a group change: some stand outside of it when it begins, and its leader is asked
// for changes under all other faults. Holds RF12, and that members start with the list of their position.

import type { LogEntry } from '../../src/api/entry.js'
import type { MemberId, Token } from '../../src/api/ids.js'
import type { MemberChange, Members, Strategy, StrategyStatus } from '../../src/api/strategy.js'
import type { Random } from '../../src/base/random.js'
import { areSameMembers, decides, membersOf } from '../../src/log/members.js'
import { mayFollow, show } from '../conformance/total/member-rules.js'
import type { Judge } from './judge.js'
import type { Profile } from './profile.js'

interface MembersAt {
  readonly index: number
  readonly term: number
  readonly members: Members
}

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
  /** Every list that was ever written, and those that somebody executed, by index. */
  readonly #written: MembersAt[] = []
  readonly #executed = new Map<number, Members>()
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

  /** What a member has to begin with at `index`, where it is handed `given`. */
  listAt(index: number, given: Members, who: string): Members {
    let at = 0
    for (const known of this.#executed.keys()) if (known <= index && known > at) at = known
    const list = this.#executed.get(at)
    if (list === undefined) {
      this.#judge.hold(
        !this.#isWhole || areSameMembers(this.initial, given),
        'members',
        () => `${who} begins with ${show(given)}, the group did with ${show(this.initial)}`,
      )
      return this.initial
    }
    this.#judge.hold(
      areSameMembers(list, given),
      'members',
      () => `${who} begins at ${index} with ${show(given)}, the members are ${show(list)}`,
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

  told(member: MemberId, status: StrategyStatus): void {
    const before = this.#status.get(member)?.members
    if (before !== undefined && !areSameMembers(before, status.members))
      this.#changed.set(member, { step: this.#judge.step, before })
    this.#status.set(member, status)
  }

  executed(index: number, entry: Pick<LogEntry, 'payload'>): void {
    const members = membersOf(entry.payload)
    if (members === null || this.#executed.has(index)) return
    this.#executed.set(index, members)
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
        const before = this.#before(index, termAt)
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

  #before(index: number, termAt: (index: number) => number | undefined): MembersAt {
    let found: MembersAt = { index: 0, term: 0, members: this.initial }
    for (const [at, members] of this.#executed)
      if (at < index && at > found.index) found = { index: at, term: 0, members }
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

  /** No list that may be in force needs this member, and none is on its way. */
  mayLose(member: MemberId): boolean {
    const executed = Math.max(0, ...this.#executed.keys())
    const lists = this.#written.filter(({ index }) => index > executed)
    // Whoever knew of it may be about to start, and say nothing.
    const inForce = this.#executed.get(executed)
    if (inForce !== undefined) lists.push({ index: executed, term: 0, members: inForce })
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
