// The state of one raft member, with the rules that hold in every role: terms never go back, one vote
// per term, nothing at or below the commit index is truncated. The role files move it; each change of
// term, vote, log or commit goes through a method here, so that the rules are asserted in one place.

import {
  assert,
  decides,
  type Durability,
  type GroupId,
  hasBug,
  isMemberOf,
  keptMembers,
  type LogEntry,
  type Losses,
  type MemberId,
  MemberLog,
  type Members,
  type MembersKnown,
  Outbox,
  type Random,
  type ReadTries,
  type RecoveryCause,
  ReplicaLog,
  type StrategyInit,
  type Tail,
  tailShare,
  votersOf,
} from 'quorate/plugin'
import type { Candidacy } from './candidate.js'
import type { Following } from './follower.js'
import { decodeHardState, type HardState } from './hard-state.js'
import type { Leading } from './leader.js'
import { encodeMessage, type RaftMessage } from './messages.js'
import type { RaftOptions } from './options.js'

export type Role = 'follower' | 'candidate' | 'leader' | 'halted'

/** Counters, one per thing that the simulator wants to see happen. */
export interface Counters {
  elections: number
  preVotes: number
  refusedVotes: number
  truncations: number
  snapshotsSent: number
  snapshotsInstalled: number
  transfers: number
  stepDowns: number
  readRounds: number
  conflicts: number
  recoveries: number
  fetches: number
  malformed: number
  eras: number
  memberChanges: number
}

/** A time that is past on every monotonic clock, in milliseconds. */
export const never = -1e15

/** A term further ahead than this is forged (a group cannot elect so often in a lifetime). */
export const termJumpMax = 0x10000000000

export class RaftState {
  readonly self: MemberId
  readonly group: GroupId
  readonly options: RaftOptions
  readonly durability: Durability
  readonly recoverWaitMs: number
  readonly random: Random
  /** What the other replicas rest at; null where nobody tells. */
  readonly rests: NonNullable<StrategyInit['rests']> | null
  /** Another number for each run: tells answers to this run from older ones. */
  readonly life: number
  /** The newest list in the log, committed or not (Raft 6); everything asks this one object. */
  members: Members
  /** All lists from the log's base on. */
  readonly memberLog: MemberLog
  readonly log: ReplicaLog
  readonly out = new Outbox<RaftMessage>(encodeMessage)
  readonly counters: Counters

  /** Monotonic ms of the turn. */
  mono: number
  role: Role = 'follower'
  /** Known leader of the current term. */
  leader: MemberId | null = null
  /** Why the member halted. */
  why = ''
  /** Hard state changed since the last write. */
  isHardDirty = false
  diskShort = false
  /** This run has once known all that was committed: local reads do not see less. */
  isReadable = false
  /** The engine holds what the new era's history does not. */
  needsSnapshot = false
  /** The era in which a snapshot was accepted that is on its way to the disk. */
  snapshotEra: number | null = null
  /** Members changed since the last write: it is synced, whatever the durability. */
  areMembersNew = false

  /** Per role; `candidacy` and `leading` are null outside of it. The first three are set by strategy.ts. */
  following!: Following
  reads!: ReadTries
  losses!: Losses
  candidacy: Candidacy | null = null
  leading: Leading | null = null

  #hard: HardState

  constructor(init: StrategyInit<RaftOptions>) {
    this.self = init.self
    this.group = init.group
    this.options = init.options
    this.durability = init.durability
    this.recoverWaitMs = init.recoverWaitMs
    this.random = init.random
    this.rests = init.rests ?? null
    this.life = init.random.uint32()
    this.mono = init.now.mono
    this.counters = emptyCounters()
    this.#hard = decodeHardState(init.state)
    this.memberLog = new MemberLog(init.base.index, baseMembers(init, this.#hard), init.members)
    this.members = this.memberLog.current
    this.log = new ReplicaLog({
      base: init.base,
      baseChain: init.baseChain,
      entries: init.entries,
      durability: init.durability,
      isAlone: this.isAlone,
      tailBytes: tailShare(init.options.tailBytes, init.groups),
      drop: (token, reason, definite) => this.out.drop(token, reason, definite),
    })
    // A snapshot may reach the disk before the term in which it was taken: nothing was answered in it yet.
    const isSnapshotOnly = this.tail.last === init.base.index
    assert(
      isSnapshotOnly || this.tail.lastTerm <= this.#hard.term || init.recovering !== null,
      'an intact member knows a term no older than its log',
    )
    if (this.tail.lastTerm > this.#hard.term) this.#change({ term: this.tail.lastTerm, vote: null })
    const isIgnored = init.recovering === 'unclean-stop' && hasBug('raft-recovers-as-intact')
    if (init.recovering !== null && !isIgnored) this.lose(init.recovering)
    this.noteMembers(init.entries)
  }

  get tail(): Tail {
    return this.log.tail
  }

  get commit(): number {
    return this.log.commit
  }

  get delivered(): number {
    return this.log.delivered
  }

  get stable(): number {
    return this.log.stable
  }

  get term(): number {
    return this.#hard.term
  }

  get vote(): MemberId | null {
    return this.#hard.vote
  }

  get era(): number {
    return this.#hard.era
  }

  get recovering(): RecoveryCause | null {
    return this.#hard.recovering
  }

  get entering(): boolean {
    return this.#hard.entering
  }

  get hard(): HardState {
    return this.#hard
  }

  /** The only member, learners included. */
  get isAlone(): boolean {
    return this.members.voters.length === 1 && this.members.learners.length === 0
  }

  get isVoter(): boolean {
    const { voters, outgoing } = this.members
    return voters.includes(this.self) || outgoing?.includes(this.self) === true
  }

  /** Nobody else is ever asked. */
  get isLoneVoter(): boolean {
    const { voters, outgoing } = this.members
    return outgoing === undefined && voters.length === 1 && voters[0] === this.self
  }

  /**
   * Whether this member may be needed as a leader: a voter, or one that is taken out by an entry of which it does
   * not know that it is committed. It may be the only one that can bring that about (thesis 4.2.2).
   */
  get isEligible(): boolean {
    if (this.isVoter) return true
    const { membersBefore } = this
    return membersBefore !== null && votersOf(membersBefore).includes(this.self)
  }

  /** Those that it knew before it lost its log, while that is not refilled so far yet. */
  get membersKnown(): Members | null {
    return keptMembers(this.#hard, this.tail.position)?.members ?? null
  }

  /** The newest members that it knows, whatever it lost. */
  get knows(): MembersKnown {
    const { members, tail } = this
    return keptMembers(this.#hard, tail.position) ?? { members, at: tail.position }
  }

  /** The list before the newest, while it is not known whether that one is committed. */
  get membersBefore(): Members | null {
    return this.memberLog.before(this.commit)
  }

  isMember(id: MemberId): boolean {
    return isMemberOf(this.members, id)
  }

  /** Every other member, voters first. */
  others(): MemberId[] {
    const { members } = this
    return [...votersOf(members), ...members.learners].filter(
      (id, at, all) => id !== this.self && all.indexOf(id) === at,
    )
  }

  otherVoters(): MemberId[] {
    return votersOf(this.members).filter((id) => id !== this.self)
  }

  /** Whether those for which this holds can decide: a majority, of both sets while a change of voters is open. */
  decides(holds: (id: MemberId) => boolean): boolean {
    return decides(this.members, holds)
  }

  /** Raft 5.1: a greater term, without a vote in it yet. */
  enterTerm(term: number): void {
    assert(term > this.#hard.term, 'terms never decrease')
    this.#change({ term, vote: null })
  }

  /** Raft 5.2: at most one vote per term. */
  giveVote(candidate: MemberId): void {
    const { vote } = this.#hard
    const isSecondMeant = hasBug('raft-double-vote') || hasBug('raft-election-same-term')
    assert(vote === null || vote === candidate || isSecondMeant, 'one vote per term')
    if (vote !== candidate) this.#change({ vote: candidate })
  }

  /** A newer history: what was known to be committed is only what the engine executed. */
  enterEra(era: number, loss: string): void {
    assert(era > this.#hard.era, 'eras never decrease')
    this.#change({ era, loss, entering: true })
    this.log.commit = this.log.delivered
    this.isReadable = false
    this.losses.eraEntered()
    this.counters.eras++
  }

  /** Whether the log agrees with the era's history as far as it goes. */
  enteredEra(agrees = true): void {
    if (this.#hard.entering === agrees) this.#change({ entering: !agrees })
  }

  becomeRecovering(cause: RecoveryCause): void {
    if (this.#hard.recovering === null) this.#change({ recovering: cause })
  }

  becomeIntact(): void {
    if (this.#hard.recovering === null) return
    this.#change({ recovering: null })
    if (this.#hard.members !== null) this.#keepMembers()
    this.counters.recoveries++
    this.out.note('info', 'raft.refilled', {
      member: this.self,
      term: this.term,
      index: this.tail.last,
    })
  }

  rememberVotes(): void {
    if (this.#hard.votesForgotten) this.#change({ votesForgotten: false })
  }

  append(entry: LogEntry): void {
    this.log.append(entry)
  }

  /** Raft 5.3: an entry that conflicts goes, with all that follow it. */
  truncate(after: number): void {
    assert(
      after >= this.commit || hasBug('raft-truncate-committed'),
      'nothing committed is truncated',
    )
    this.counters.truncations++
    this.out.note('info', 'raft.truncated', {
      member: this.self,
      term: this.term,
      after,
      last: this.tail.last,
    })
    this.log.truncate(after)
    if (hasBug('raft-members-stay')) return
    if (this.memberLog.truncate(after)) this.#takeMembers()
  }

  /** Lists of members among entries of the log take effect at once. */
  noteMembers(entries: readonly LogEntry[]): void {
    this.memberLog.noteAll(entries, this.tail, () => this.#takeMembers())
  }

  /** The log begins behind a snapshot now; entries behind it are still there where it `stays`. */
  installMembers(at: number, members: Members, stays: boolean): void {
    if (this.memberLog.install(at, members, stays)) this.#takeMembers()
  }

  commitTo(index: number): void {
    this.log.commitTo(index)
    if (hasBug('raft-members-at-commit')) this.members = this.memberLog.asOf(this.commit)
    if (!this.isReadable) this.isReadable = this.log.commitPosition.term === this.term
  }

  /** Halts for good: the operator must act. */
  halt(why: string): void {
    if (this.role === 'halted' && this.why === why) return
    this.role = 'halted'
    this.why = why
    this.leader = null
    this.candidacy = null
    this.leading = null
    this.out.note('error', 'raft.halted', { member: this.self, term: this.term, why })
  }

  #takeMembers(): void {
    const { memberLog } = this
    this.members = hasBug('raft-members-at-commit')
      ? memberLog.asOf(this.commit)
      : memberLog.current
    this.areMembersNew = true
    if (!this.isAlone) this.log.joined()
    if (!this.log.isKept && this.membersKnown === null) this.#keepMembers()
  }

  #keepMembers(): void {
    const { at: membersAt } = this.memberLog
    const membersTerm = this.log.positionAt(membersAt).term
    this.#change({ members: this.members, membersAt, membersTerm })
  }

  lose(cause: RecoveryCause): void {
    // Term and vote are synced in every durability: a stop without grace forgets no vote.
    const votesForgotten =
      this.#hard.votesForgotten || cause === 'disk-lost' || cause === 'log-damaged'
    // A stop without grace changes nothing about what was lost before it.
    const before = votesForgotten && cause === 'unclean-stop' ? this.#hard.recovering : null
    this.#change({ recovering: before ?? cause, votesForgotten })
  }

  #change(change: Partial<HardState>): void {
    this.#hard = { ...this.#hard, ...change }
    this.isHardDirty = true
  }
}

/** Without a log on disk the hard state knows the members; a checkpoint may be newer or older than those. */
function baseMembers(init: StrategyInit<RaftOptions>, hard: HardState): Members {
  return init.durability === 'none' && hard.members !== null ? hard.members : init.members
}

function emptyCounters(): Counters {
  return {
    elections: 0,
    preVotes: 0,
    refusedVotes: 0,
    truncations: 0,
    snapshotsSent: 0,
    snapshotsInstalled: 0,
    transfers: 0,
    stepDowns: 0,
    readRounds: 0,
    conflicts: 0,
    recoveries: 0,
    fetches: 0,
    malformed: 0,
    eras: 0,
    memberChanges: 0,
  }
}
