// The state of one raft member, with the rules that hold in every role: terms never go back, one vote
// per term, nothing at or below the commit index is truncated. The role files move it; each change of
// term, vote, log or commit goes through a method here, so that the rules are asserted in one place.

import {
  assert,
  type Durability,
  type GroupId,
  hasBug,
  type LogEntry,
  type MemberId,
  type Members,
  type Position,
  quorumSize,
  type Random,
  type RecoveryCause,
  type StrategyInit,
  Tail,
  type Token,
} from 'quorate/plugin'
import type { Candidacy } from './candidate.js'
import type { Following } from './follower.js'
import { decodeHardState, type HardState } from './hard-state.js'
import type { Leading } from './leader.js'
import type { RaftOptions } from './options.js'
import { Outbox } from './outbox.js'
import type { FollowerReads } from './read-index.js'
import type { Recovery } from './recovery.js'

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
}

/** A write on its way to the disk. */
export interface WriteInFlight {
  readonly batch: number
  /** Last entry of the log as of this write that is still the same one; falls with a truncation. */
  index: number
  /** Term of the hard state in it, -1 for none. */
  readonly term: number
  /** Milliseconds of the clock when it was handed out. */
  readonly begunAt: number
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
  /** Another number for each run: tells answers to this run from older ones. */
  readonly life: number
  /** Voters and learners; everything asks this one object, so that membership can become live. */
  members: Members
  readonly tail: Tail
  readonly out = new Outbox()
  readonly counters: Counters

  /** Monotonic ms of the turn. */
  mono: number
  role: Role = 'follower'
  /** Known leader of the current term. */
  leader: MemberId | null = null
  /** Why the member halted. */
  why = ''
  /** Greatest index known to be committed; never goes back within an era. */
  commit: number
  /** Greatest index handed to the engine, and the greatest that it says it applied. */
  delivered: number
  applied: number
  /** Bytes of entries delivered and not applied. */
  unappliedBytes = 0
  /** Entries up to here are handed to the disk; up to `stable` they are on it. */
  saved: number
  stable: number
  /** Hard state changed since the last write. */
  isHardDirty = false
  readonly writes: WriteInFlight[] = []
  batch = 0
  diskShort = false
  /** The engine holds what the new era's history does not. */
  needsSnapshot = false
  /** Tokens of own proposals by index. */
  readonly tokens = new Map<number, Token>()

  /** Per role; `candidacy` and `leading` are null outside of it. The first three are set by strategy.ts. */
  following!: Following
  reads!: FollowerReads
  recovery!: Recovery
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
    this.life = init.random.uint32()
    this.members = init.members
    this.mono = init.now.mono
    this.counters = emptyCounters()
    this.#hard = decodeHardState(init.state)
    this.tail = new Tail(init.base, init.baseChain, {
      lazyChain: this.isAlone && init.durability === 'none',
      bytesMax: init.options.tailBytes,
    })
    for (const entry of init.entries) this.tail.append(entry)
    // A snapshot may reach the disk before the term in which it was taken: nothing was answered in it yet.
    const isSnapshotOnly = this.tail.last === init.base.index
    assert(
      isSnapshotOnly || this.tail.lastTerm <= this.#hard.term || init.recovering !== null,
      'an intact member knows a term no older than its log',
    )
    if (this.tail.lastTerm > this.#hard.term) this.#change({ term: this.tail.lastTerm, vote: null })
    this.commit = init.base.index
    this.delivered = init.base.index
    this.applied = init.base.index
    this.saved = this.tail.last
    this.stable = this.tail.last
    const isIgnored = init.recovering === 'unclean-stop' && hasBug('raft-recovers-as-intact')
    if (init.recovering !== null && !isIgnored) this.#lose(init.recovering)
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
    return this.members.voters.includes(this.self)
  }

  get quorum(): number {
    return quorumSize(this.members.voters.length)
  }

  /** Position of the commit index. */
  get commitPosition(): Position {
    return { term: this.tail.termAt(this.commit) ?? this.tail.base.term, index: this.commit }
  }

  isMember(id: MemberId): boolean {
    return this.members.voters.includes(id) || this.members.learners.includes(id)
  }

  /** Every other member, voters first. */
  others(): MemberId[] {
    return [...this.members.voters, ...this.members.learners].filter((id) => id !== this.self)
  }

  otherVoters(): MemberId[] {
    return this.members.voters.filter((id) => id !== this.self)
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
    this.commit = this.delivered
    // Members that were lost before it may be intact in this era since: they must be asked anew.
    if (!hasBug('raft-survey-outlives-era')) {
      this.recovery.nonce++
      this.recovery.reports = new Map()
      this.recovery.earlier = new Map()
    }
    this.counters.eras++
  }

  /** The log agrees with the era's history as far as it goes. */
  enteredEra(): void {
    if (this.#hard.entering) this.#change({ entering: false })
  }

  becomeRecovering(cause: RecoveryCause): void {
    if (this.#hard.recovering === null) this.#change({ recovering: cause })
  }

  becomeIntact(): void {
    if (this.#hard.recovering === null) return
    this.#change({ recovering: null })
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
    this.tail.append(entry)
    // Without a log on disk an entry is as durable as it will ever be.
    if (this.durability === 'none') this.saved = this.stable = this.tail.last
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
    this.dropTokens(after)
    this.tail.truncate(after)
    this.saved = Math.min(this.saved, after)
    this.stable = Math.min(this.stable, after)
    if (hasBug('raft-self-ack-after-truncation')) return
    for (const write of this.writes) write.index = Math.min(write.index, after)
  }

  /** Own proposals behind `after` are gone from this log; another member may still bring them back. */
  dropTokens(after: number): void {
    for (const [index, token] of this.tokens) {
      if (index <= after) continue
      this.tokens.delete(index)
      this.out.drop(token, 'truncated', false)
    }
  }

  commitTo(index: number): void {
    assert(
      index <= this.tail.last || hasBug('raft-commit-beyond-match'),
      'what is committed is in the log',
    )
    const to = Math.min(index, this.tail.last)
    if (to > this.commit) this.commit = to
  }

  /** The engine executed everything up to `index`. */
  applyTo(index: number): void {
    assert(index <= this.delivered, 'only what was delivered is applied')
    for (let at = Math.max(this.applied, this.tail.base.index) + 1; at <= index; at++) {
      this.unappliedBytes -= this.tail.sizeAt(at)
    }
    if (index > this.applied) this.applied = index
    if (this.applied === this.delivered) this.unappliedBytes = 0
    this.tail.pack(Math.min(this.stable, this.applied))
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

  #lose(cause: RecoveryCause): void {
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
  }
}
