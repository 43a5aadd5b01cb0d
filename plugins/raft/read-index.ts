// Linearizable reads without a log entry (thesis 6.4): the leader notes its commit index, lets a
// majority confirm that it still leads, and grants the read at that index. All reads that wait share a
// round. A follower asks its leader; each try has an id of its own and no answer serves another try.

import {
  hasBug,
  type MemberId,
  type Position,
  positionZero,
  quorumIndex,
  type ReadLevel,
  type Refusal,
  type Token,
} from 'quorate/plugin'
import type { Leading } from './leader.js'
import type { ReadAnswer, ReadRequest } from './messages.js'
import { hearPeer, sendHeartbeats } from './replication.js'
import { never, type RaftState } from './state.js'

/** Rounds under way at a leader; further reads wait for the next one. */
const roundsMax = 4
/** Requests of followers that wait at a leader, and tries of a follower under way. */
const requestsMax = 1024
const triesMax = 8
/** Milliseconds for which a round waits for the few peers that were asked. */
const hurryAfterMs = 5
/** Reads that wait at one member. */
const waitingMax = 65_536

interface Request {
  readonly from: MemberId
  readonly id: number
}

interface Round {
  readonly number: number
  readonly at: Position
  readonly sentAt: number
  readonly tokens: readonly Token[]
  readonly requests: readonly Request[]
}

export interface LeaderReads {
  /** Number of the newest round; unique within the term. */
  round: number
  rounds: Round[]
  tokens: Token[]
  requests: Request[]
  /** Newest round that everybody was asked in. */
  askedAll: number
  /** Monotonic ms at which the newest confirmed round was sent: the start of the lease. */
  leaseFrom: number
  /** Commit index of the newest round. */
  lastAt: Position
}

export function makeLeaderReads(): LeaderReads {
  return {
    round: 0,
    rounds: [],
    tokens: [],
    requests: [],
    askedAll: 0,
    leaseFrom: never,
    lastAt: positionZero,
  }
}

interface Try {
  readonly id: number
  readonly tokens: readonly Token[]
  readonly deadline: number
}

export interface FollowerReads {
  tokens: Token[]
  tries: Try[]
  /** Starts at a random place: an answer to an earlier run of this member fits no try of this one. */
  nextId: number
}

export function makeFollowerReads(raft: RaftState): FollowerReads {
  return { tokens: [], tries: [], nextId: raft.random.uint32() * 1024 + 1 }
}

export function readIndex(raft: RaftState, token: Token, level: ReadLevel): Refusal | null {
  if (level === 'local') {
    raft.out.grant(token, positionAt(raft, raft.applied))
    return null
  }
  if (level !== 'linearizable') {
    raft.out.grant(token, positionAt(raft, Math.max(raft.applied, raft.commit)))
    return null
  }
  if (raft.role === 'halted' || raft.leader === null) return { reason: 'not-leader', leader: null }
  const tokens = raft.leading === null ? raft.reads.tokens : raft.leading.reads.tokens
  if (tokens.length >= waitingMax) return { reason: 'busy' }
  tokens.push(token)
  return null
}

function positionAt(raft: RaftState, index: number): Position {
  return { term: raft.tail.termAt(index) ?? raft.tail.base.term, index }
}

/** Raft 8: a new leader does not know what is committed before an entry of its own term is. */
function knowsCommit(raft: RaftState, leading: Leading): boolean {
  return raft.commit >= leading.noop || hasBug('raft-no-noop-read')
}

/** Begins a round for all that wait, or grants at once. Called once per Ready, before the appends. */
export function flushLeaderReads(raft: RaftState, leading: Leading): void {
  const { reads } = leading
  if (reads.tokens.length === 0 && reads.requests.length === 0) return
  if (!knowsCommit(raft, leading) || reads.rounds.length >= roundsMax) return
  const round: Round = {
    number: reads.round + 1,
    at: hasBug('raft-read-at-old-commit') ? reads.lastAt : raft.commitPosition,
    sentAt: raft.mono,
    tokens: reads.tokens,
    requests: reads.requests,
  }
  reads.tokens = []
  reads.requests = []
  reads.lastAt = raft.commitPosition
  const isSure = raft.quorum === 1 || hasLease(raft, leading) || hasBug('raft-read-without-quorum')
  if (isSure) {
    grantRound(raft, round)
    return
  }
  raft.counters.readRounds++
  reads.round = round.number
  reads.rounds.push(round)
  const few = likelyQuorum(raft, leading)
  if (few === null) askAll(raft, leading)
  else sendHeartbeats(raft, leading, true, few)
}

/**
 * As many peers as a majority needs, those heard last: asking them alone saves every other follower a
 * message and us its answer. Null where not enough were heard lately. Safe whoever is asked: a round
 * counts only the answers that it gets.
 */
function likelyQuorum(raft: RaftState, leading: Leading): MemberId[] | null {
  if (raft.options.lease) return null
  const since = raft.mono - raft.options.heartbeatMs * 2
  const fresh: MemberId[] = []
  for (const id of raft.members.voters) {
    const peer = leading.progress.get(id)
    if (peer !== undefined && !peer.recovering && peer.activeAt >= since) fresh.push(id)
  }
  const needed = raft.quorum - 1
  if (fresh.length < needed) return null
  const heardAt = (id: MemberId): number => leading.progress.get(id)?.activeAt ?? 0
  return fresh.sort((a, b) => heardAt(b) - heardAt(a) || a - b).slice(0, needed)
}

/** A round goes to everybody. */
function askAll(raft: RaftState, leading: Leading): void {
  leading.reads.askedAll = leading.reads.round
  leading.heartbeatAt = raft.mono + raft.options.heartbeatMs
  sendHeartbeats(raft, leading, true)
}

/** The few that were asked are slow to answer: the others are asked, too. Called at each tick. */
export function hurryRounds(raft: RaftState, leading: Leading): void {
  if (raft.mono >= leaderReadsWakeAt(leading)) askAll(raft, leading)
}

/** Monotonic ms at which `hurryRounds` has something to do. */
export function leaderReadsWakeAt(leading: Leading): number {
  const { rounds, askedAll } = leading.reads
  const oldest = rounds[0]
  const waits = oldest !== undefined && oldest.number > askedAll
  return waits ? oldest.sentAt + hurryAfterMs : Number.MAX_SAFE_INTEGER
}

/** A majority of intact voters answered a round: it and all older ones hold. */
export function confirmRounds(raft: RaftState, leading: Leading): void {
  const { reads } = leading
  const answered: number[] = []
  for (const id of raft.members.voters) {
    const peer = leading.progress.get(id)
    if (peer === undefined) answered.push(reads.round)
    else answered.push(peer.recovering && !hasBug('raft-recovering-acks-count') ? 0 : peer.round)
  }
  const confirmed = quorumIndex(answered)
  while (reads.rounds.length > 0) {
    const round = reads.rounds[0] as Round
    if (round.number > confirmed) break
    reads.rounds.shift()
    reads.leaseFrom = Math.max(reads.leaseFrom, round.sentAt)
    grantRound(raft, round)
  }
}

/** Under a lease every heartbeat is a round, so that the lease is renewed without reads. */
export function renewLease(raft: RaftState, leading: Leading): void {
  const { reads } = leading
  // A lone voter needs no lease, and nobody would ever confirm its rounds.
  if (!raft.options.lease || raft.quorum === 1 || reads.rounds.length >= roundsMax) return
  reads.round++
  reads.rounds.push({
    number: reads.round,
    at: raft.commitPosition,
    sentAt: raft.mono,
    tokens: [],
    requests: [],
  })
}

/** No other member can have been elected yet: voters keep silent for the least election timeout. */
function hasLease(raft: RaftState, leading: Leading): boolean {
  if (!raft.options.lease || leading.isLeaseVoid) return false
  if (hasBug('raft-lease-no-bound')) return leading.reads.leaseFrom > 0
  const drift = Math.ceil((raft.options.electionMinMs * raft.options.leaseDriftPpm) / 1_000_000)
  return raft.mono < leading.reads.leaseFrom + raft.options.electionMinMs - drift
}

function grantRound(raft: RaftState, round: Round): void {
  for (const token of round.tokens) raft.out.grant(token, round.at)
  if (round.requests.length > 0 && raft.leading !== null) {
    // A follower reads once it knows this index to be committed.
    raft.leading.noticeTo = Math.max(raft.leading.noticeTo, round.at.index)
  }
  for (const request of round.requests) {
    raft.out.send(request.from, {
      kind: 'readable',
      era: raft.era,
      term: raft.term,
      id: request.id,
      at: round.at,
    })
  }
}

/** The leader stepped down: its reads were never answered, so they may be asked again. */
export function dropLeaderReads(raft: RaftState): void {
  const { leading } = raft
  if (leading === null) return
  const { reads } = leading
  for (const round of reads.rounds)
    for (const token of round.tokens) raft.out.drop(token, 'not-leader', true)
  for (const token of reads.tokens) raft.out.drop(token, 'not-leader', true)
  leading.reads.rounds = []
  leading.reads.tokens = []
}

export function onReadRequest(raft: RaftState, from: MemberId, message: ReadRequest): void {
  const { leading } = raft
  if (leading === null) return
  const peer = hearPeer(raft, from, {
    epoch: leading.epoch,
    recovering: message.recovering,
    life: message.life,
  })
  if (peer === null || leading.reads.requests.length >= requestsMax) return
  if (message.recovering && leading.founds && raft.commit < leading.noop) {
    // Nothing is committed in this era yet: see recovery.ts.
    const at = { term: raft.term, index: leading.noop }
    raft.out.send(from, { kind: 'readable', era: raft.era, term: raft.term, id: message.id, at })
    return
  }
  leading.reads.requests.push({ from, id: message.id })
}

/** Sends the waiting reads to the leader in one try. Called once per Ready. */
export function flushFollowerReads(raft: RaftState): void {
  const { reads } = raft
  if (reads.tokens.length === 0 || raft.leader === null || reads.tries.length >= triesMax) return
  // What was executed belongs to an era that ended, however far it went: reads wait for the new one.
  if (raft.entering) return
  const id = hasBug('raft-stale-read-index-reuse') ? 1 : reads.nextId++
  reads.tries.push({ id, tokens: reads.tokens, deadline: raft.mono + raft.options.readTimeoutMs })
  reads.tokens = []
  raft.out.send(raft.leader, {
    kind: 'read',
    era: raft.era,
    term: raft.term,
    id,
    recovering: raft.recovering !== null,
    life: raft.life,
  })
}

export function onReadAnswer(raft: RaftState, message: ReadAnswer): void {
  const { reads } = raft
  const at = reads.tries.findIndex((one) => one.id === message.id)
  if (at < 0) return
  const [found] = reads.tries.splice(at, 1)
  for (const token of (found as Try).tokens) raft.out.grant(token, message.at)
}

/** Tries without an answer are given back. */
export function followerReadsTick(raft: RaftState): void {
  const { reads } = raft
  while (reads.tries.length > 0) {
    const oldest = reads.tries[0] as Try
    if (oldest.deadline > raft.mono) break
    reads.tries.shift()
    for (const token of oldest.tokens) raft.out.drop(token, 'timeout', true)
  }
}

/** The leader changed or is gone: what was asked of it is given back. */
export function dropFollowerReads(raft: RaftState): void {
  const { reads } = raft
  for (const one of reads.tries)
    for (const token of one.tokens) raft.out.drop(token, 'not-leader', true)
  for (const token of reads.tokens) raft.out.drop(token, 'not-leader', true)
  reads.tries = []
  reads.tokens = []
}

/** When the oldest try runs out. */
export function followerReadsWakeAt(raft: RaftState): number {
  return raft.reads.tries[0]?.deadline ?? Number.MAX_SAFE_INTEGER
}
