// The state of one zab member, with the rules that hold in every phase: epochs never go back, one promise
// per epoch, nothing at or below the commit index is truncated. The phase files move it; each change of
// epoch, promise, era or log goes through a method here, so that the rules are asserted in one place.

import {
  assert,
  decides,
  type Durability,
  type GroupId,
  hasBug,
  isMajority,
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
import { type Counters, emptyCounters } from './counters.js'
import type { Looking } from './election.js'
import { decodeHardState, type HardState } from './hard-state.js'
import type { Following } from './following.js'
import type { Leading } from './leading.js'
import { encodeMessage } from './codec.js'
import type { ZabMessage } from './messages.js'
import type { ZabOptions } from './options.js'

/** A time that is past on every monotonic clock, in milliseconds. */
export const never = -1e15

/** An epoch further ahead than this is forged (a group cannot elect so often in a lifetime). */
export const epochJumpMax = 0x10000000000

export class ZabState {
  readonly self: MemberId
  readonly group: GroupId
  readonly options: ZabOptions
  readonly durability: Durability
  readonly recoverWaitMs: number
  readonly random: Random
  /** What the other replicas rest at; null where nobody tells. */
  readonly rests: NonNullable<StrategyInit['rests']> | null
  /** Another number for each run: tells answers to this run from older ones. Never 0. */
  readonly life: number
  /** The newest list in the log, committed or not; everything asks this one object. */
  members: Members
  /** All lists from the log's base on. */
  readonly memberLog: MemberLog
  readonly log: ReplicaLog
  readonly out = new Outbox<ZabMessage>(encodeMessage)
  readonly counters: Counters = emptyCounters()

  /** Monotonic ms of the turn. */
  mono: number
  /** Logical clock of elections. */
  round = 0
  /** Exactly one of these three is not null, save in a member that halted. */
  looking: Looking | null = null
  following: Following | null = null
  leading: Leading | null = null
  /** Why the member halted; empty while it goes on. */
  halted = ''
  /** Set by zab.ts: back to the election, and what waits for answers of others. */
  look!: () => void
  reads!: ReadTries
  losses!: Losses
  diskShort = false
  /** What was committed when this run first was up to date: sequential reads do not see less; -1 before. */
  readFloor = -1
  /** The engine holds what the new era's history does not. */
  needsSnapshot = false
  /** The era in which a snapshot was accepted that is on its way to the disk. */
  snapshotEra: number | null = null
  /** The hard state changed since the last write. */
  isHardDirty = false
  /** Members changed since the last write: it is synced, whatever the durability. */
  areMembersNew = false
  /** The hard state as it is on the disk, and those on their way by batch. */
  durable: HardState
  readonly #onTheirWay: { readonly batch: number; readonly hard: HardState }[] = []
  #hard: HardState

  constructor(init: StrategyInit<ZabOptions>) {
    this.self = init.self
    this.group = init.group
    this.options = init.options
    this.durability = init.durability
    this.recoverWaitMs = init.recoverWaitMs
    this.random = init.random
    this.rests = init.rests ?? null
    this.life = init.random.uint32() + 1
    this.mono = init.now.mono
    this.#hard = decodeHardState(init.state)
    this.durable = this.#hard
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
    const { lastTerm, last } = this.tail
    // A snapshot may reach the disk before the epoch in which it was taken: nothing was answered in it yet.
    const isSnapshotOnly = last === init.base.index
    assert(
      isSnapshotOnly || lastTerm <= this.#hard.acceptedEpoch || init.recovering !== null,
      'an intact member accepted the epoch of its last entry',
    )
    if (lastTerm > this.#hard.acceptedEpoch)
      this.#change({ acceptedEpoch: lastTerm, promisedTo: init.self })
    // The entry that this epoch begins with was lost, cut as damaged, or gave way to a later leader's history: the
    // log holds the initial history of its last entry's epoch, and of none later.
    if (this.#hard.currentEpoch > lastTerm) this.#change({ currentEpoch: lastTerm })
    const isIgnored = init.recovering === 'unclean-stop' && hasBug('zab-recovers-as-intact')
    if (init.recovering !== null && !isIgnored) this.lose(init.recovering)
    this.noteMembers(init.entries)
  }

  get tail(): Tail {
    return this.log.tail
  }
  get hard(): HardState {
    return this.#hard
  }
  get acceptedEpoch(): number {
    return this.#hard.acceptedEpoch
  }
  get currentEpoch(): number {
    return this.#hard.currentEpoch
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

  /** The only member, observers included. */
  get isAlone(): boolean {
    return this.members.voters.length === 1 && this.members.learners.length === 0
  }

  get isVoter(): boolean {
    return this.isVoting(this.self)
  }

  /** Nobody else is ever asked. */
  get isLoneVoter(): boolean {
    const { voters, outgoing } = this.members
    return outgoing === undefined && voters.length === 1 && voters[0] === this.self
  }

  /**
   * Whether this member may be needed as a leader: a voter, or one that is taken out by an entry of which it does
   * not know that it is committed. It may be the only one that can bring that about.
   */
  get isEligible(): boolean {
    const { membersBefore } = this
    return this.isVoter || (membersBefore !== null && votersOf(membersBefore).includes(this.self))
  }

  /** It has no part in the group, and knows it: it waits to be called. */
  get isOutside(): boolean {
    return !this.isMember(this.self) && !this.isEligible
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
    return this.memberLog.before(this.log.commit)
  }

  /** It holds all that it acknowledged, and knows its promises. */
  get isWhole(): boolean {
    return this.recovering === null && !this.#hard.promisesForgotten
  }

  /** A voter by the list in force; while a change is open, by either of both. */
  isVoting(id: MemberId): boolean {
    return votersOf(this.members).includes(id)
  }

  isMember(id: MemberId): boolean {
    return isMemberOf(this.members, id)
  }

  /** A member, or one that was before the change that may not be committed. */
  isKnown(id: MemberId): boolean {
    const { membersBefore } = this
    return this.isMember(id) || (membersBefore !== null && isMemberOf(membersBefore, id))
  }

  /** Every other member, voters first. */
  others(): MemberId[] {
    const { members } = this
    return [...votersOf(members), ...members.learners].filter(
      (id, at, all) => id !== this.self && all.indexOf(id) === at,
    )
  }

  /** Voters, and those that were before the change that may not be committed: they may stand, too. */
  electorate(): MemberId[] {
    const { members, membersBefore } = this
    const voters = [...votersOf(members)]
    for (const id of membersBefore === null ? [] : votersOf(membersBefore))
      if (!voters.includes(id)) voters.push(id)
    return voters
  }

  otherVoters(): MemberId[] {
    return votersOf(this.members).filter((id) => id !== this.self)
  }

  /** Whether those for which this holds are a quorum: of both sets of voters while a change is open. */
  decides(holds: (id: MemberId) => boolean): boolean {
    if (hasBug('zab-joint-elects-by-new')) return isMajority(this.members.voters, holds)
    if (hasBug('zab-elects-by-first-list')) return decides(this.memberLog.asOf(0), holds)
    return decides(this.members, holds)
  }

  /** NEWEPOCH of `leader`: no leader of a lower epoch is followed from now on. */
  acceptEpoch(epoch: number, leader: MemberId): void {
    const { acceptedEpoch, promisedTo } = this.#hard
    if (epoch === acceptedEpoch) {
      if (hasBug('zab-promises-twice')) this.#change({ promisedTo: leader })
      else if (promisedTo === null) this.#change({ promisedTo: leader })
      return
    }
    assert(epoch > acceptedEpoch, 'accepted epochs never decrease')
    // Who forgot its promises may have given this one already.
    this.#change({ acceptedEpoch: epoch, promisedTo: leader })
  }

  /** NEWLEADER: the history holds the initial history of this epoch. */
  enterEpoch(epoch: number): void {
    if (epoch === this.#hard.currentEpoch) return
    assert(epoch > this.#hard.currentEpoch, 'current epochs never decrease')
    assert(epoch <= this.#hard.acceptedEpoch, 'the current epoch is an accepted one')
    this.#change({ currentEpoch: epoch })
  }

  /** A newer history: what was known to be committed is only what the engine executed. */
  enterEra(era: number, loss: string): void {
    assert(era > this.#hard.era, 'eras never decrease')
    this.#change({ era, loss, entering: true })
    this.log.commit = this.log.delivered
    this.readFloor = -1
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
    const { self: member, acceptedEpoch: epoch } = this
    this.out.note('info', 'zab.refilled', { member, epoch, index: this.tail.last })
  }

  /** In its accepted epoch, or this later one, it promises nothing any more; in later ones it may. */
  rememberPromises(): void {
    if (this.#hard.promisesForgotten)
      this.#change({ promisesForgotten: false, promisedTo: this.#hard.promisedTo ?? this.self })
  }

  append(entry: LogEntry): void {
    this.log.append(entry)
  }

  /** TRUNC: an entry that the leader does not have goes, with all that follow it. */
  truncate(after: number): void {
    assert(
      after >= this.log.commit || hasBug('zab-truncates-committed'),
      'nothing committed is truncated',
    )
    this.counters.truncations++
    const { self: member, acceptedEpoch: epoch } = this
    this.out.note('info', 'zab.truncated', { member, epoch, after, last: this.tail.last })
    const { saved, stable } = this.log
    this.log.truncate(after)
    if (!hasBug('zab-members-stay') && this.memberLog.truncate(after)) this.#takeMembers()
    if (!hasBug('zab-truncates-memory-only')) return
    this.log.saved = saved
    this.log.stable = stable
  }

  /** Lists of members among entries of the log take effect at once. */
  noteMembers(entries: readonly LogEntry[]): void {
    this.memberLog.noteAll(entries, this.tail, () => this.#takeMembers())
  }

  /** The log begins behind a snapshot now; entries behind it are still there where it `stays`. */
  installMembers(at: number, members: Members, stays: boolean): void {
    if (this.memberLog.install(at, members, stays)) this.#takeMembers()
  }

  /** Halts for good: the operator must act. */
  halt(why: string): void {
    if (this.halted !== '') return
    this.halted = why
    this.looking = null
    this.following = null
    this.leading = null
    const { self: member, acceptedEpoch: epoch } = this
    this.out.note('error', 'zab.halted', { member, epoch, why })
  }

  /** A message that no legal member sends. */
  illegal(what: string, from: MemberId): void {
    this.counters.illegal++
    this.out.note('warn', 'zab.illegal', { member: this.self, from, what })
  }

  /** The hard state left with this batch. */
  leaves(batch: number): void {
    this.isHardDirty = false
    this.#onTheirWay.push({ batch, hard: this.#hard })
  }

  persisted(batch: number): void {
    while (this.#onTheirWay.length > 0) {
      const oldest = this.#onTheirWay[0] as { batch: number; hard: HardState }
      if (oldest.batch > batch) return
      this.durable = oldest.hard
      this.#onTheirWay.shift()
    }
  }

  #takeMembers(): void {
    this.members = this.memberLog.current
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
    const before = this.#hard
    // Epochs and promises are synced in every durability: a stop without grace forgets none.
    const promisesForgotten =
      before.promisesForgotten || cause === 'disk-lost' || cause === 'log-damaged'
    // A stop without grace changes nothing about what was lost before it.
    const known = promisesForgotten && cause === 'unclean-stop' ? before.recovering : null
    this.#change({ recovering: known ?? cause, promisesForgotten })
  }

  #change(change: Partial<HardState>): void {
    this.#hard = { ...this.#hard, ...change }
    this.isHardDirty = true
  }
}

/** Without a log on disk the hard state knows the members; a checkpoint may be newer or older than those. */
function baseMembers(init: StrategyInit<ZabOptions>, hard: HardState): Members {
  return init.durability === 'none' && hard.members !== null ? hard.members : init.members
}
