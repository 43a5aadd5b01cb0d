// The strategy that a shard drives: every call notes the time, hands over to the role that it concerns
// and leaves its results in the outbox. Rules about terms and eras that hold for every message are here.

import type {
  Hash64,
  LogEntry,
  MemberChange,
  MemberId,
  Members,
  Now,
  Payload,
  Position,
  ReadLevel,
  Ready,
  Refusal,
  Strategy,
  StrategyInit,
  StrategyStatus,
  Token,
} from 'quorate/plugin'
import { hasBug, ReadTries } from 'quorate/plugin'
import {
  electionTimeout,
  mayStand,
  onTimeoutNow,
  onVoteAnswer,
  onVoteRequest,
} from './candidate.js'
import { onAppend, onHeartbeat, refuseOldLeader } from './follower.js'
import { leaderTick, onAppendAnswer, onHeartbeatAnswer, propose } from './leader.js'
import { decodeMessage, type RaftMessage } from './messages.js'
import type { RaftOptions } from './options.js'
import { followerReadsTick, onReadAnswer, onReadRequest, readIndex } from './read-index.js'
import { takeReady, writePersisted } from './ready.js'
import { lossAccepted, makeLosses, onReport, onSurvey } from './recovery.js'
import { entriesFetched, snapshotEnded } from './replication.js'
import { reconfigure } from './reconfigure.js'
import { isQuiet, restInterval, restMark } from './rest.js'
import { becomeFollower, hearsLeader, isInContact, leaderLinkDown, makeFollowing } from './role.js'
import { onForgotten } from './forgotten.js'
import { acceptsSnapshot, snapshotInstalled } from './snapshot.js'
import { RaftState, termJumpMax } from './state.js'
import { describe } from './status.js'
import { transfer } from './transfer.js'

export class RaftStrategy implements Strategy {
  readonly #raft: RaftState

  constructor(init: StrategyInit<RaftOptions>) {
    const raft = new RaftState(init)
    raft.following = makeFollowing(raft)
    raft.reads = new ReadTries(raft.random.uint32() * 1024 + 1)
    raft.losses = makeLosses(raft, init.recovering === 'accept-loss')
    this.#raft = raft
  }

  tick(now: Now): void {
    const raft = this.#raft
    this.#note(now)
    if (raft.role === 'halted') return
    if (raft.leading !== null) leaderTick(raft, raft.leading)
    else if (raft.mono >= raft.following.deadline && !hearsLeader(raft)) electionTimeout(raft)
    followerReadsTick(raft)
    raft.losses.tick()
  }

  step(from: MemberId, message: Uint8Array, now: Now): void {
    const raft = this.#raft
    this.#note(now)
    if (raft.role === 'halted' || from === raft.self) return
    const decoded = decodeMessage(message)
    if (decoded === null || decoded.term > raft.term + termJumpMax) {
      raft.counters.malformed++
      return
    }
    if (!raft.isMember(from) && !this.#mayBeStranger(from, decoded)) return
    switch (decoded.kind) {
      // These three and requests for votes change no term by themselves.
      case 'survey':
        onSurvey(raft, from, decoded)
        return
      case 'report':
        onReport(raft, from, decoded)
        return
      case 'accept-loss':
        lossAccepted(raft, false)
        return
      case 'vote':
        onVoteRequest(raft, from, decoded)
        return
      default:
        if (this.#admit(from, decoded)) this.#dispatch(from, decoded)
    }
  }

  propose(token: Token, payload: Payload, now: Now): Refusal | null {
    this.#note(now)
    return propose(this.#raft, token, payload)
  }

  transfer(to: MemberId | null): Refusal | null {
    return transfer(this.#raft, to)
  }

  checkpointed(position: Position): void {
    const raft = this.#raft
    raft.log.cut(position, raft.options.keepBytes)
    raft.memberLog.cut(raft.tail.base.index)
  }

  readIndex(token: Token, level: ReadLevel): Refusal | null {
    return readIndex(this.#raft, token, level)
  }

  reconfigure(token: Token, change: MemberChange): Refusal | null {
    return reconfigure(this.#raft, token, change)
  }

  persisted(batch: number): void {
    writePersisted(this.#raft, batch)
  }

  applied(position: Position): void {
    this.#raft.log.applyTo(position.index)
  }

  spread(): void {
    const { leading, tail, mono } = this.#raft
    leading?.holding.spread(tail.last, mono)
  }

  fetched(entries: readonly LogEntry[]): void {
    entriesFetched(this.#raft, entries)
  }

  peerDown(peer: MemberId): void {
    const raft = this.#raft
    if (raft.role === 'halted') return
    if (raft.leading !== null) raft.leading.progress.get(peer)?.linkDown()
    else if (raft.leader === peer) leaderLinkDown(raft)
  }

  peerUp(peer: MemberId): void {
    const progress = this.#raft.leading?.progress.get(peer)
    if (progress !== undefined) progress.paused = false
  }

  snapshotInstalled(at: Position, chain: Hash64, members: Members): void {
    snapshotInstalled(this.#raft, { at, chain, members })
  }

  snapshotInstalling(): void {
    this.#raft.snapshotEra = this.#raft.era
  }

  snapshotSent(peer: MemberId, ok: boolean, at: Position): void {
    snapshotEnded(this.#raft, peer, { ok, index: at.index })
  }

  acceptsSnapshot(from: MemberId, term: number, at: Position): boolean {
    return acceptsSnapshot(this.#raft, { from, term, at })
  }

  diskShort(short: boolean): void {
    const raft = this.#raft
    raft.diskShort = short
    if (short && raft.leading !== null) transfer(raft, null)
  }

  acceptLoss(): void {
    lossAccepted(this.#raft, true)
  }

  ready(): Ready | null {
    return takeReady(this.#raft)
  }

  status(): StrategyStatus {
    return describe(this.#raft)
  }

  chainAt(index: number): Hash64 | null {
    return this.#raft.tail.chainAt(index)
  }

  wakeAt(): number {
    const raft = this.#raft
    if (raft.role === 'halted') return Number.MAX_SAFE_INTEGER
    const { leading } = raft
    const reads = Math.min(raft.reads.wakeAt(), raft.losses.wakeAt())
    if (leading === null) {
      const isTimed = (mayStand(raft) || raft.leader !== null) && !isQuiet(raft)
      return isTimed ? Math.min(raft.following.deadline, reads) : reads
    }
    if (leading.progress.size === 0) return reads
    const transferAt = leading.transfer?.deadline ?? Number.MAX_SAFE_INTEGER
    const rounds = Math.min(leading.reads.wakeAt(), leading.holding.wakeAt())
    const beats = isQuiet(raft) ? reads : Math.min(leading.heartbeatAt, leading.checkAt)
    return Math.min(beats, transferAt, reads, rounds)
  }

  rest(): ReturnType<NonNullable<Strategy['rest']>> {
    const mark = restMark(this.#raft)
    return mark === null ? null : { mark, everyMs: restInterval(this.#raft) }
  }

  #note(now: Now): void {
    if (now.mono > this.#raft.mono) this.#raft.mono = now.mono
  }

  /**
   * What one that is no member here may say: our list may be old, or it does not know that it was taken out.
   * A report has to fit a question, which goes to voters of the list before the newest, too. A newer history it
   * brings only to who hears no leader: see recovery.ts.
   */
  #mayBeStranger(from: MemberId, { kind, era, term }: RaftMessage): boolean {
    const raft = this.#raft
    if (from === raft.leader || kind === 'vote' || kind === 'survey') return true
    if (kind === 'report') return !hasBug('raft-strangers-report-nothing')
    if (kind === 'appended' || kind === 'beaten') {
      return term <= raft.term && raft.leading?.leaving.has(from) === true
    }
    if (kind !== 'append' && kind !== 'heartbeat') return false
    // A term has one leader, and this one is known.
    if (term === raft.term && raft.leader !== null) return false
    return era <= raft.era || !isInContact(raft)
  }

  /** Raft 5.1 for terms, recovery.ts for eras. False for a message that ends here. */
  #admit(from: MemberId, message: RaftMessage): boolean {
    const raft = this.#raft
    const isFromLeader = message.kind === 'append' || message.kind === 'heartbeat'
    // A granted PreVote names the term that was asked for, which nobody has entered yet.
    const isPromise = message.kind === 'voted' && message.pre && message.granted
    if (message.term > raft.term && !isPromise)
      becomeFollower(raft, message.term, isFromLeader ? from : null)
    // A vote for a new era comes from a member of the old one.
    if (message.kind === 'voted') return message.term >= raft.term
    if (message.term < raft.term || message.era < raft.era) {
      if (isFromLeader && !hasBug('raft-old-leader-not-told')) refuseOldLeader(raft, from)
      return false
    }
    if (message.era > raft.era && !isFromLeader) {
      if (raft.leading !== null) becomeFollower(raft, raft.term, null)
      return false
    }
    return true
  }

  #dispatch(from: MemberId, message: RaftMessage): void {
    const raft = this.#raft
    switch (message.kind) {
      case 'append':
        onAppend(raft, from, message)
        return
      case 'appended':
        onAppendAnswer(raft, from, message)
        return
      case 'heartbeat':
        onHeartbeat(raft, from, message)
        return
      case 'beaten':
        onHeartbeatAnswer(raft, from, message)
        return
      case 'voted':
        onVoteAnswer(raft, from, message)
        return
      case 'read':
        onReadRequest(raft, from, message)
        return
      case 'readable':
        if (from === raft.leader && !raft.losses.onTarget(message.id, message.at))
          onReadAnswer(raft, message)
        return
      case 'timeout-now':
        onTimeoutNow(raft)
        return
      case 'forgotten':
        onForgotten(raft, from, message)
        return
      default:
        return
    }
  }
}
