// Members that lost what they had acknowledged, and groups that lost too many of them, for strategies of
// total order. It asks around, asks the leader what to reach, and says when only a new era helps. Why
// that is safe: a strategy's vote (a promise, a term's one leader) is synced in every durability, and
//  1. who lost something counts for nothing until its durable log has reached a commit index that a
//     leader gave it after the loss and a round over intact voters confirmed (`target`);
//  2. whoever lost a disk forgot its votes, too: it votes no more until, refilled, it knows the members again and
//     every other voter reported a term, after the loss, that is not above its own. Whoever once got its vote has at least that
//     vote's term, so the forgotten vote is not in a later one.
// Where so few voters are intact that no majority of them can exist, nobody can be refilled, and that
// cannot heal. Under `everysec` and `none`, or once the operator accepts the loss, the longest log
// begins a new era: the members survey each other; when all voters (or a majority, after a wait) have
// reported twice in the same run, the one with the longest log of those that go by the newest members
// (members-known.ts) is told to force itself. The
// era's number is the founding term, which hardly two founders share (founding-term.ts), and which is above all that the
// majority knew, and above what it can have forgotten of elections. (Forgotten founders are not leapt
// over: who founded beside a voter that was wiped since may return with the greater era, and then its
// log is the truth.)

import type { Durability } from '../api/config.js'
import type { MemberId } from '../api/ids.js'
import { comparePositions, type Position, positionZero } from '../api/position.js'
import type { Members, RecoveryCause } from '../api/strategy.js'
import type { Random } from '../base/random.js'
import { hasBug } from '../base/seeded-bug.js'
import { leapingTerm } from './founding-term.js'
import { decides, isMemberOf, votersOf } from './members.js'
import { leftBehindBy, type MembersKnown } from './members-known.js'
import type { ReplicaLog } from './replica-log.js'

const never = -1e15

/** What a member reports of itself. */
export interface LossReport {
  /** Another number for each run of the member. */
  readonly life: number
  readonly cause: RecoveryCause | null
  readonly term: number
  readonly era: number
  /** The durable end of its log. */
  readonly last: Position
  /** False where it could not begin an era, as it is no voter by its own list. */
  readonly stands?: boolean
  /** The members that it goes by. */
  readonly knows?: MembersKnown | null
}

/** The member's state, as far as a loss concerns it. */
export interface LossMember {
  readonly self: MemberId
  readonly members: Members
  readonly durability: Durability
  readonly recoverWaitMs: number
  readonly random: Random
  readonly mono: number
  readonly recovering: RecoveryCause | null
  readonly era: number
  readonly isVoter: boolean
  readonly diskShort: boolean
  readonly log: ReplicaLog
  /** It may begin an era; absent where all voters may, and nobody else. */
  readonly isEligible?: boolean
  /** The list before that in `members`, while it is not known whether that one is committed. */
  readonly membersBefore?: Members | null
  /** Those that it knew before it lost a log that is not refilled so far yet: what that names on the way may be long past. */
  readonly membersKnown?: Members | null
  /** The newest members that it knows, whatever it lost; absent where they never change. */
  readonly knows?: MembersKnown
  otherVoters(): MemberId[]
}

/** What the strategy knows and does in its own words. */
export interface LossDeeds {
  /** Milliseconds between two looks, for an answer, and of silence after which there is no leader. */
  readonly pollMs: number
  readonly answerMs: number
  readonly silentMs: number
  isLeading(): boolean
  leader(): MemberId | null
  /** It takes the history of one that is about to lead: what its log says on the way may be long past. */
  isTaught?(): boolean
  /** A snapshot is on its way to the disk, and will take the place of what it holds. */
  isInstalling(): boolean
  term(): number
  votesForgotten(): boolean
  /** Asks a voter for its report. */
  survey(to: MemberId, nonce: number): void
  /** Asks the leader for a commit index that intact members confirm; answers the id of the request. */
  askTarget(leader: MemberId): number
  /** Takes a term that another voter knows; nobody leads. */
  takeTerm(term: number): void
  /** The forgotten votes are in no later term, and in its own term it votes no more. */
  rememberVotes(): void
  /** Stands in this term with all force, to begin a new era. */
  force(term: number): void
}

export class Losses {
  /** The commit index to reach, valid in its term. */
  target: Position | null = null
  /** The request for a target that is under way: its id, the term and monotonic ms in which it left. */
  asked: { readonly id: number; readonly term: number; readonly at: number } | null = null
  lossAccepted: boolean
  /** Why only the operator can help; empty otherwise. */
  blocked = ''
  /** What it waits for; empty otherwise. */
  waits = ''
  readonly #member: LossMember
  readonly #deeds: LossDeeds
  /** Next survey or request, monotonic ms. */
  #nextAt: number
  #nonce: number
  /** When the last survey began. */
  #surveyedAt = never
  /** Reports of the survey under way, and of the one before. */
  #reports = new Map<MemberId, LossReport>()
  #earlier = new Map<MemberId, LossReport>()
  /** Since when no leader is known. */
  #leaderlessAt: number
  /** Before that it does not stand again: two that do must not go on at the same pace. */
  #mayForceAt = never

  constructor(member: LossMember, deeds: LossDeeds, isLossAccepted: boolean) {
    this.#member = member
    this.#deeds = deeds
    this.#nextAt = member.mono
    this.#nonce = member.random.uint32() * 1024
    this.#leaderlessAt = member.mono
    this.lossAccepted = isLossAccepted
  }

  /** A newer era: members that were lost before it may be intact in it, and must be asked anew. */
  eraEntered(): void {
    if (!hasBug('raft-survey-outlives-era')) this.askAnew()
  }

  /** What was reported is too old to judge by. */
  askAnew(): void {
    this.#nonce++
    this.#reports = new Map()
    this.#earlier = new Map()
  }

  /** Nothing of an older history counts any more. */
  forget(): void {
    this.target = null
    this.asked = null
    this.lossAccepted = false
  }

  tick(): void {
    const { mono } = this.#member
    const deeds = this.#deeds
    if (deeds.leader() !== null) {
      this.#leaderlessAt = mono
      this.blocked = ''
      this.waits = ''
    }
    if (!this.#isConcerned() || mono < this.#nextAt) return
    this.#nextAt = mono + deeds.pollMs
    if (deeds.leader() === null && deeds.isTaught?.() !== true) this.#judge()
    const leader = deeds.leader()
    if (this.#member.recovering !== null && leader !== null) this.#askTarget(leader)
    if (deeds.votesForgotten()) this.#recallVotes()
    const isLost = deeds.leader() === null || deeds.votesForgotten()
    if (!deeds.isLeading() && isLost) this.#survey()
  }

  wakeAt(): number {
    const deeds = this.#deeds
    if (this.#isConcerned()) return this.#nextAt
    const isWell = deeds.leader() !== null || deeds.isLeading()
    if (isWell || this.#isOutside) return Number.MAX_SAFE_INTEGER
    return this.#leaderlessAt + deeds.silentMs + 1
  }

  /** The leader named the index to reach; true where the answer was for this request. */
  onTarget(id: number, at: Position): boolean {
    if (id !== this.asked?.id) return false
    this.asked = null
    this.target = { term: this.#deeds.term(), index: at.index }
    return true
  }

  /** True where the report was asked for. */
  onReport(from: MemberId, nonce: number, report: LossReport): boolean {
    if (nonce !== this.#nonce || !this.#isConcerned()) return false
    this.#reports.set(from, report)
    return true
  }

  /** Whether this member has to ask around: it lost something, or nobody has led for long. */
  #isConcerned(): boolean {
    const { mono, recovering } = this.#member
    const deeds = this.#deeds
    if (deeds.isLeading()) return false
    if (recovering !== null || deeds.votesForgotten()) return true
    if (this.#isOutside) return false
    return deeds.leader() === null && mono - this.#leaderlessAt > deeds.silentMs
  }

  /**
   * Each try has an id of its own. It is waited for as long as a leader may be silent: asked anew before
   * its answer came, it would never count.
   */
  #askTarget(leader: MemberId): void {
    const { mono } = this.#member
    const term = this.#deeds.term()
    if (this.target !== null && this.target.term === term) return
    const { asked } = this
    if (asked?.term === term && mono - asked.at < this.#deeds.answerMs) return
    this.asked = { id: this.#deeds.askTarget(leader), term, at: mono }
  }

  /** Rule 2 above. */
  #recallVotes(): void {
    const deeds = this.#deeds
    // Who else may have its vote stands in a list of members that it lost as well: first it has that again.
    if (this.#member.recovering !== null) return
    let term = deeds.term()
    for (const id of this.#member.otherVoters()) {
      const heard = this.#reports.get(id)
      if (heard === undefined) return
      term = Math.max(term, heard.term)
    }
    if (term > deeds.term()) {
      if (deeds.leader() !== null) return
      deeds.takeTerm(term)
    }
    deeds.rememberVotes()
  }

  /** Begins the next one once all have reported, or have had the time for it. */
  #survey(): void {
    const { mono } = this.#member
    const voters = this.#asked()
    const isOpen = voters.some((id) => !this.#reports.has(id))
    if (isOpen && mono - this.#surveyedAt < this.#deeds.answerMs) return
    this.#surveyedAt = mono
    this.#nonce++
    this.#earlier = this.#reports
    this.#reports = new Map()
    for (const id of voters) this.#deeds.survey(id, this.#nonce)
  }

  /** Too few intact voters for any majority? Then halt, wait, or begin a new era. */
  #judge(): void {
    const host = this.#member
    this.blocked = ''
    this.waits = ''
    const era = this.#greatestEra()
    const lost = host.recovering === null && host.era === era ? [] : [host.self]
    const present = [host.self]
    for (const id of this.#asked()) {
      const now = this.#reports.get(id)
      const before = this.#earlier.get(id)
      // Lost in both surveys within one run and era: lost at one common moment, together with all others.
      if (now === undefined || before === undefined || now.life !== before.life) continue
      if (now.era !== before.era) continue
      present.push(id)
      const isLost = now.cause !== null && before.cause !== null
      // Who missed the beginning of an era is not intact in it, whatever its disk holds.
      if (isLost || now.era < era) lost.push(id)
    }
    const { membersKnown: known = null } = host
    const voters = [...votersOf(host.members), ...(known === null ? [] : votersOf(known))]
    const isIntact = (id: MemberId): boolean => !lost.includes(id)
    const isPresent = (id: MemberId): boolean => present.includes(id)
    const isLedByNew = this.#decides(isIntact)
    if (known !== null && decides(known, isIntact)) {
      this.waits = 'waits for a leader elected by intact members'
      return
    }
    // Others may not know of the newest members, and be too few without those that lost something.
    const isStuckBefore =
      isLedByNew && !this.#decidesBefore(isIntact) && this.#decidesBefore(isPresent)
    if (isLedByNew && !isStuckBefore) {
      if (host.recovering !== null) this.waits = 'waits for a leader elected by intact members'
      return
    }
    const heard = [...this.#earlier.values(), ...this.#reports.values()]
    const newer = leftBehindBy(
      host.knows,
      heard.map(({ knows }) => knows),
    )
    if (newer !== null) {
      this.waits = `waits for members ${votersOf(newer).join(', ')}, who decide by now`
      return
    }
    if (host.durability === 'always' && !this.lossAccepted && !hasBug('raft-loss-unasked')) {
      this.blocked = `members ${lost.join(', ')} lost what they had acknowledged, so no majority of intact voters is left: restore a disk or run \`quorate recover --accept-loss\``
      return
    }
    const isComplete = voters.every(isPresent)
    const isPatient =
      this.#decides(isPresent) &&
      (known === null || decides(known, isPresent)) &&
      host.mono - this.#leaderlessAt >= host.recoverWaitMs
    if (!isComplete && !isPatient) {
      const missing = voters.filter((id) => !present.includes(id))
      this.waits = `waits for members ${missing.join(', ')} before a new era begins`
      return
    }
    if (this.#longest(present) !== host.self && !hasBug('raft-era-any-log')) return
    if (this.#deeds.isInstalling() && !hasBug('raft-founds-while-installing')) {
      this.waits = 'waits for a snapshot that is on its way to the disk'
      return
    }
    this.#force(present)
  }

  /** No member of the group: whether it has a leader is not its business. */
  get #isOutside(): boolean {
    return !isMemberOf(this.#member.members, this.#member.self) && !this.#stands
  }

  get #stands(): boolean {
    return this.#member.isEligible ?? this.#member.isVoter
  }

  /** Whether those for which this holds can decide: a majority, of both sets while a change of voters is open. */
  #decides(holds: (id: MemberId) => boolean): boolean {
    return decides(this.#member.members, holds)
  }

  /** The same for the list before, where that may still be the one in force for others. */
  #decidesBefore(holds: (id: MemberId) => boolean): boolean {
    const { membersBefore } = this.#member
    return membersBefore == null || decides(membersBefore, holds)
  }

  /** Whoever may have a say by the newest list, by the one before it, or by the one it knew. */
  #asked(): readonly MemberId[] {
    const { membersBefore, membersKnown, self } = this.#member
    const asked = [...this.#member.otherVoters()]
    for (const list of [membersBefore, membersKnown]) {
      if (list == null) continue
      for (const id of votersOf(list)) if (id !== self && !asked.includes(id)) asked.push(id)
    }
    return asked
  }

  #greatestEra(): number {
    let { era } = this.#member
    for (const heard of this.#reports.values()) era = Math.max(era, heard.era)
    return era
  }

  /** Of logs that end at the same place, that of who knows the newest members: others may hold those for left behind. */
  #longest(present: readonly MemberId[]): MemberId {
    const { self, log, knows } = this.#member
    const isBlind = hasBug('raft-founds-by-first-members') || hasBug('raft-founds-by-old-members')
    let best: MemberId | null = this.#stands ? self : null
    let bestLast = log.positionAt(log.stable)
    let bestAt = knows?.at ?? positionZero
    for (const id of present) {
      const heard = this.#reports.get(id)
      if (heard === undefined || heard.stands === false) continue
      // It waits for those that go by the newest members.
      if (leftBehindBy(heard.knows, [knows]) !== null) continue
      const at = isBlind ? bestAt : (heard.knows?.at ?? positionZero)
      const order = comparePositions(heard.last, bestLast) || comparePositions(at, bestAt)
      if (best !== null && (order < 0 || (order === 0 && id > best))) continue
      best = id
      bestLast = heard.last
      bestAt = at
    }
    return best ?? self
  }

  #force(present: readonly MemberId[]): void {
    const { diskShort, mono, era } = this.#member
    const deeds = this.#deeds
    if (!this.#stands || diskShort || mono < this.#mayForceAt) return
    let term = Math.max(deeds.term(), era)
    for (const id of present) {
      const heard = this.#reports.get(id)
      if (heard !== undefined) term = Math.max(term, heard.term, heard.era)
    }
    deeds.force(this.#foundingTerm(present, term))
    const apart = hasBug('raft-founds-at-one-pace') ? 0 : this.#member.random.below(deeds.answerMs)
    this.#mayForceAt = mono + deeds.answerMs + apart
  }

  #foundingTerm(present: readonly MemberId[], known: number): number {
    const host = this.#member
    const isForgetful = present.some((id) => {
      const cause = id === host.self ? host.recovering : this.#reports.get(id)?.cause
      return cause === 'disk-lost' || cause === 'log-damaged'
    })
    const forgets = isForgetful || this.#deeds.votesForgotten()
    return forgets && !hasBug('raft-era-reuses-term') ? leapingTerm(known, host) : known + 1
  }
}
