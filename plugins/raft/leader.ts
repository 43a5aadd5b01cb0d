// A leader: takes proposals into its log, counts who has them and commits entries of its own term once
// a majority of intact voters has them on disk. It steps down when it no longer hears from a majority
// (CheckQuorum, thesis 6.2). Sending is in replication.ts, reads in read-index.ts.

import {
  type EntrySender,
  forgottenBy,
  hasBug,
  hearPeer,
  Holding,
  majorityMatch,
  type MemberId,
  memberPayload,
  noopPayload,
  noteForgotten,
  type Payload,
  type Progress,
  ReadRounds,
  type Refusal,
  type Token,
} from 'quorate/plugin'
import { foundEra } from './era.js'
import { tellForgotten } from './forgotten.js'
import type { AppendAnswer, HeartbeatAnswer } from './messages.js'
import { heartbeatInterval, isIdle, nextBeat } from './pace.js'
import { confirmRounds, dropFollowerReads, hurryRounds, renewLease } from './read-index.js'
import {
  makeProgress,
  makeSender,
  needSnapshot,
  sendHeartbeats,
  sendSilentHeartbeats,
} from './replication.js'
import { goOn, membersTick, takePeers } from './reconfigure.js'
import { hearFollowers, isQuiet } from './rest.js'
import { becomeFollower } from './role.js'
import { never, type RaftState } from './state.js'
import { catchUpDone, type Transfer, transfer } from './transfer.js'

export interface Leading {
  /** Of every other member. */
  readonly progress: Map<MemberId, Progress>
  /** First entry of this term: nothing is read, and no earlier entry counted, before it is committed. */
  readonly noop: number
  /** This leader began its era: it needs members that are still recovering, to bring them into it. */
  readonly founds: boolean
  readonly reads: ReadRounds
  /** Monotonic ms at which the newest confirmed round was sent: the start of the lease. */
  leaseFrom: number
  /** Grows when a peer loses what it had acknowledged; sent along and echoed. */
  fence: number
  heartbeatAt: number
  /** Monotonic ms of the last proposal: a leader that has had none for a while beats less often. */
  proposedAt: number
  /** Commits up to here are told to followers at once: somebody there waits. */
  noticeTo: number
  checkAt: number
  transfer: Transfer | null
  /** A target was told to stand: the lease is void for the rest of the term. */
  isLeaseVoid: boolean
  readonly sender: EntrySender<'append'>
  readonly holding: Holding
  /** Bytes of entries that are not committed yet. */
  uncommittedBytes: number
  /** Who asked for the change of voters that is open: told once the new voters stand alone. */
  change: Token | null
  /** It was taken out itself, and is about to go. */
  isLeaving: boolean
  /** Members that were taken out and still hear of it, until these monotonic ms. */
  readonly leaving: Map<MemberId, number>
}

/** The part of the least election timeout after which an idle leader asks a follower for an answer. */
const askAfter = 0.95

export function becomeLeader(raft: RaftState, founds: boolean): void {
  const last = raft.tail.last
  const progress = new Map<MemberId, Progress>()
  for (const peer of raft.others()) progress.set(peer, makeProgress(raft))
  dropFollowerReads(raft)
  if (founds) foundEra(raft)
  raft.role = 'leader'
  raft.leader = raft.self
  raft.candidacy = null
  raft.leading = {
    progress,
    noop: last + 1,
    founds,
    reads: new ReadRounds(),
    leaseFrom: never,
    fence: 1,
    heartbeatAt: raft.mono,
    proposedAt: raft.mono,
    noticeTo: 0,
    checkAt: raft.mono + raft.options.electionMaxMs,
    transfer: null,
    isLeaseVoid: false,
    sender: makeSender(raft, progress),
    holding: new Holding(),
    uncommittedBytes: 0,
    change: null,
    isLeaving: false,
    leaving: new Map(),
  }
  if (hasBug('raft-leader-delivers-again') && raft.delivered > raft.tail.base.index)
    raft.log.delivered--
  // Raft 8: an entry of the new term at once, which commits all before it.
  const first = { term: raft.term, index: last + 1, payload: firstPayload(raft, founds) }
  raft.append(first)
  raft.noteMembers([first])
  raft.out.note('info', 'raft.elected', {
    member: raft.self,
    term: raft.term,
    index: last + 1,
    era: raft.era,
  })
}

/** Where the log with the members is lost, the history of the new era begins with them. */
function firstPayload({ hard, members, memberLog, tail }: RaftState, founds: boolean): Payload {
  // A second entry with the same members would make one of a change that is not committed.
  const isLost = hard.members !== null && memberLog.at <= tail.base.index
  return founds && isLost ? memberPayload(members) : noopPayload
}

export function leaderTick(raft: RaftState, leading: Leading): void {
  hearFollowers(raft, leading)
  if (raft.mono >= leading.checkAt) {
    leading.checkAt = raft.mono + raft.options.electionMinMs
    if (!hasQuorum(raft, leading)) {
      becomeFollower(raft, raft.term, null)
      return
    }
    // There may have been nobody to hand over to when the disk ran short.
    if (raft.diskShort && leading.transfer === null) transfer(raft, null)
  }
  const isRestless = hasBug('raft-hands-over-at-rest') && raft.commit >= leading.noop
  if (isRestless && leading.transfer === null) transfer(raft, null)
  if (leading.transfer !== null && raft.mono >= leading.transfer.deadline) leading.transfer = null
  hurryRounds(raft, leading)
  membersTick(raft, leading)
  if (raft.leading !== leading) return
  if (raft.mono >= leading.heartbeatAt) {
    leading.heartbeatAt = nextBeat(raft.mono, heartbeatInterval(raft, isIdle(raft, leading)))
    renewLease(raft, leading)
    if (leading.progress.size > 0 && !isQuiet(raft)) beat(raft, leading)
  }
}

/** While all is quiet a heartbeat needs no answer, as long as CheckQuorum hears enough. */
function beat(raft: RaftState, leading: Leading): void {
  if (needsNoAnswer(raft, leading)) sendSilentHeartbeats(raft, leading)
  else sendHeartbeats(raft, leading, true)
}

/** Idle, without reads under way, every follower has everything and was heard not long ago. */
function needsNoAnswer(raft: RaftState, leading: Leading): boolean {
  if (raft.options.lease || !isIdle(raft, leading)) return false
  if (leading.reads.isOpen || leading.transfer !== null) return false
  // Time of CheckQuorum is left then for two more beats.
  const { electionMinMs, electionMaxMs } = raft.options
  const inTime = electionMaxMs - 2 * heartbeatInterval(raft, true)
  const heardSince = raft.mono - Math.min(electionMinMs * askAfter, inTime)
  for (const peer of leading.progress.values()) {
    if (peer.activeAt < heardSince) return false
    if (peer.match < raft.tail.last || peer.recovering || peer.state !== 'replicate') return false
  }
  return true
}

/** CheckQuorum: intact voters heard within the greatest election timeout. */
function hasQuorum(raft: RaftState, leading: Leading): boolean {
  return raft.decides((id) => {
    if (id === raft.self) return true
    const peer = leading.progress.get(id) as Progress
    const counts = !peer.recovering || (leading.founds && raft.commit < leading.noop)
    return counts && raft.mono - peer.activeAt <= raft.options.electionMaxMs
  })
}

export function propose(raft: RaftState, token: Token, payload: Payload): Refusal | null {
  const { leading } = raft
  if (leading === null) return { reason: 'not-leader', leader: raft.leader }
  if (leading.transfer !== null || raft.diskShort) return { reason: 'busy' }
  if (leading.uncommittedBytes > raft.options.uncommittedBytes) return { reason: 'busy' }
  leading.proposedAt = raft.mono
  const index = raft.tail.last + 1
  raft.append({ term: raft.term, index, payload })
  raft.log.tokens.set(index, token)
  leading.uncommittedBytes += payload.size
  leading.holding.proposed(index, payload)
  return null
}

/** Raft 5.3 and 5.4.2: the greatest index of our own term that a majority of voters has on disk. */
export function advanceCommit(raft: RaftState, leading: Leading): void {
  const { voters, outgoing } = raft.members
  const own = hasBug('raft-self-ack-early') ? raft.tail.last : raft.stable
  let index = majorityMatch(countedIn(raft, voters), leading.progress, own)
  if (outgoing !== undefined && !hasBug('raft-joint-commits-by-one'))
    index = Math.min(index, majorityMatch(outgoing, leading.progress, own))
  if (index <= raft.commit) return
  if (raft.tail.termAt(index) !== raft.term && !hasBug('raft-commit-old-term')) return
  for (let at = raft.commit + 1; at <= index; at++) {
    leading.uncommittedBytes -= raft.tail.sizeAt(at)
    if (raft.tail.isAwaited(at)) leading.noticeTo = at
  }
  leading.uncommittedBytes = Math.max(0, leading.uncommittedBytes)
  raft.commitTo(index)
  if (hasBug('raft-members-at-commit')) takePeers(raft, leading)
  goOn(raft, leading)
}

function countedIn(raft: RaftState, voters: readonly MemberId[]): readonly MemberId[] {
  return hasBug('raft-learner-counts') ? [...voters, ...raft.members.learners] : voters
}

export function onAppendAnswer(raft: RaftState, from: MemberId, message: AppendAnswer): void {
  const { leading, mono } = raft
  if (leading === null) return
  const peer = hearPeer(leading, from, { answer: message, mono })
  if (peer === null) return
  if (message.needsSnapshot) {
    if (peer.state !== 'snapshot') needSnapshot(raft, from, peer)
    return
  }
  if (message.ok) {
    if (message.index > raft.tail.last) {
      raft.counters.malformed++
      return
    }
    if (peer.acknowledged(message.index)) advanceCommit(raft, leading)
    catchUpDone(raft, leading, from)
    return
  }
  const { hint } = message
  noteForgotten(leading, peer, message)
  tellForgotten(raft, from, forgottenBy(peer, message))
  const agreed = raft.log.agreedIndex(hint)
  if (hasBug('raft-conflict-hint-skips')) {
    if (peer.acknowledged(Math.min(hint.index, raft.tail.last))) advanceCommit(raft, leading)
    return
  }
  peer.refused(message.index, agreed)
}

export function onHeartbeatAnswer(raft: RaftState, from: MemberId, message: HeartbeatAnswer): void {
  const { leading, mono } = raft
  if (leading === null) return
  const peer = hearPeer(leading, from, { answer: message, mono })
  if (peer === null) return
  const round = hasBug('raft-round-counts-anyone') ? leading.reads.round : message.round
  if (round <= leading.reads.round && round > peer.round) {
    peer.round = round
    confirmRounds(raft, leading)
  }
  peer.beaten()
  tellForgotten(raft, from, forgottenBy(peer, message))
}
