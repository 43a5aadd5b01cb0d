// Linearizable reads without a log entry (thesis 6.4): rounds of the leader, tries of a follower, and
// reads under a lease without either.

import {
  confirmedRound,
  hasBug,
  likelyQuorum,
  type MemberId,
  type ReadLevel,
  type ReadRound,
  quorumSize,
  type Refusal,
  hearPeer,
  type Token,
} from 'quorate/plugin'
import type { Leading } from './leader.js'
import type { ReadAnswer, ReadRequest } from './messages.js'
import { sendHeartbeats } from './replication.js'
import type { RaftState } from './state.js'

export function readIndex(raft: RaftState, token: Token, level: ReadLevel): Refusal | null {
  if (level === 'causal') return { reason: 'unsupported' }
  if (level === 'local') {
    raft.out.grant(token, raft.log.positionAt(raft.log.applied))
    return null
  }
  if (level !== 'linearizable') {
    // What it lost, or has not read again since it was started, may be what the caller has seen.
    const isLost = raft.recovering !== null || raft.entering || raft.role === 'halted'
    if (isLost || !raft.isReadable) return { reason: 'not-leader', leader: null }
    raft.out.grant(token, raft.log.positionAt(Math.max(raft.log.applied, raft.commit)))
    return null
  }
  if (raft.role === 'halted' || raft.leader === null) return { reason: 'not-leader', leader: null }
  const reads = raft.leading === null ? raft.reads : raft.leading.reads
  if (reads.isFull) return { reason: 'busy' }
  reads.add(token)
  return null
}

/** Raft 8: a new leader does not know what is committed before an entry of its own term is. */
function knowsCommit(raft: RaftState, leading: Leading): boolean {
  return raft.commit >= leading.noop || hasBug('raft-no-noop-read')
}

/** Begins a round for all that wait, or grants at once. Called once per Ready, before the appends. */
export function flushLeaderReads(raft: RaftState, leading: Leading): void {
  const { reads } = leading
  if (!reads.mayBegin || !knowsCommit(raft, leading)) return
  const round = reads.take(raft.log.commitPosition, raft.mono)
  const isSure = raft.isLoneVoter || hasLease(raft, leading) || hasBug('raft-read-without-quorum')
  if (isSure) {
    grantRound(raft, round)
    return
  }
  raft.counters.readRounds++
  reads.ask(round)
  const { voters, outgoing } = raft.members
  const isPlain = outgoing === undefined && voters.includes(raft.self)
  const few =
    raft.options.lease || !isPlain
      ? null
      : likelyQuorum(voters, leading.progress, {
          needed: quorumSize(voters.length) - 1,
          since: raft.mono - raft.options.heartbeatMs * 2,
        })
  if (few === null) askAll(raft, leading)
  else sendHeartbeats(raft, leading, true, few)
}

/** A round goes to everybody. */
function askAll(raft: RaftState, leading: Leading): void {
  leading.reads.askedAll()
  leading.heartbeatAt = raft.mono + raft.options.heartbeatMs
  sendHeartbeats(raft, leading, true)
}

/** The few that were asked are slow to answer: the others are asked, too. Called at each tick. */
export function hurryRounds(raft: RaftState, leading: Leading): void {
  if (raft.mono >= leading.reads.wakeAt()) askAll(raft, leading)
}

/** A majority of intact voters answered a round: it and all older ones hold. */
export function confirmRounds(raft: RaftState, leading: Leading): void {
  const { reads, progress } = leading
  const { voters, outgoing } = raft.members
  let number = confirmedRound(voters, progress, reads.round)
  if (outgoing !== undefined && !hasBug('raft-joint-reads-by-one'))
    number = Math.min(number, confirmedRound(outgoing, progress, reads.round))
  for (const round of reads.confirmed(number)) {
    leading.leaseFrom = Math.max(leading.leaseFrom, round.sentAt)
    grantRound(raft, round)
  }
}

/** Under a lease every heartbeat is a round, so that the lease is renewed without reads. */
export function renewLease(raft: RaftState, leading: Leading): void {
  const { reads } = leading
  // A lone voter needs no lease, and nobody would ever confirm its rounds.
  if (!raft.options.lease || raft.isLoneVoter || reads.isBusy) return
  reads.ask(reads.takeEmpty(raft.log.commitPosition, raft.mono))
}

/** No other member can have been elected yet: voters keep silent for the least election timeout. */
function hasLease(raft: RaftState, leading: Leading): boolean {
  if (!raft.options.lease || leading.isLeaseVoid) return false
  if (hasBug('raft-lease-no-bound')) return leading.leaseFrom > 0
  const drift = Math.ceil((raft.options.electionMinMs * raft.options.leaseDriftPpm) / 1_000_000)
  return raft.mono < leading.leaseFrom + raft.options.electionMinMs - drift
}

function grantRound(raft: RaftState, round: ReadRound): void {
  for (const token of round.tokens) raft.out.grant(token, round.at)
  if (round.requests.length > 0 && raft.leading !== null) {
    // A follower reads once it knows this index to be committed.
    raft.leading.noticeTo = Math.max(raft.leading.noticeTo, round.at.index)
    raft.leading.holding.urge(round.at.index)
  }
  const { era, term } = raft
  for (const { from, id } of round.requests)
    raft.out.send(from, { kind: 'readable', era, term, id, at: round.at })
}

/** The leader stepped down: its reads were never answered, so they may be asked again. */
export function dropLeaderReads(raft: RaftState): void {
  raft.leading?.reads.drop((...read) => raft.out.drop(...read))
}

export function onReadRequest(raft: RaftState, from: MemberId, message: ReadRequest): void {
  const { leading } = raft
  if (leading === null) return
  const { recovering, life, id } = message
  const answer = { fence: leading.fence, recovering, life }
  if (hearPeer(leading, from, { answer, mono: raft.mono }) === null) return
  if (recovering && leading.founds && raft.commit < leading.noop) {
    // Nothing is committed in this era yet: see recovery.ts.
    const at = { term: raft.term, index: leading.noop }
    raft.out.send(from, { kind: 'readable', era: raft.era, term: raft.term, id, at })
    return
  }
  leading.reads.request({ from, id })
}

/** Sends the waiting reads to the leader in one try. Called once per Ready. */
export function flushFollowerReads(raft: RaftState): void {
  const { reads, leader } = raft
  if (leader === null || !reads.mayAsk) return
  // What was executed belongs to an era that ended, however far it went: reads wait for the new one.
  if (raft.entering) return
  const id = reads.ask(raft.mono + raft.options.readTimeoutMs)
  const { era, term, life } = raft
  raft.out.send(leader, { kind: 'read', era, term, id, recovering: raft.recovering !== null, life })
}

export function onReadAnswer(raft: RaftState, message: ReadAnswer): void {
  for (const token of raft.reads.answered(message.id)) raft.out.grant(token, message.at)
}

/** Tries without an answer are given back. */
export function followerReadsTick(raft: RaftState): void {
  raft.reads.expire(raft.mono, (...read) => raft.out.drop(...read))
}

/** The leader changed or is gone: what was asked of it is given back. */
export function dropFollowerReads(raft: RaftState): void {
  raft.reads.drop((...read) => raft.out.drop(...read))
}
