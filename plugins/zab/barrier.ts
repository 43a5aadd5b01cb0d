// Reads. A sequential one is served from what this member applied: zxid order is the one order, and no
// member goes back in it. A linearizable one is behind a barrier (ZooKeeper's SYNC): the leader notes
// its commit index, a quorum confirms that it still leads, and the read waits for that index.

import {
  confirmedRound,
  hasBug,
  likelyQuorum,
  type MemberId,
  quorumSize,
  type ReadLevel,
  type ReadRound,
  type Refusal,
  type Token,
} from 'quorate/plugin'
import { hear, type Leading } from './leading.js'
import type { Sync, Synced } from './messages.js'
import { sendPings } from './pings.js'
import type { ZabState } from './state.js'

export function readIndex(zab: ZabState, token: Token, level: ReadLevel): Refusal | null {
  if (level === 'causal') return { reason: 'unsupported' }
  const { leading, following } = zab
  const none = { reason: 'not-leader', leader: null } as const
  if (zab.halted !== '') return none
  if (level !== 'linearizable') {
    // What it lost, or has not read again since it was started, may be what the caller has seen.
    if (zab.recovering !== null || zab.entering || zab.readFloor < 0) return none
    zab.out.grant(token, zab.log.positionAt(Math.max(zab.log.applied, zab.readFloor)))
    return null
  }
  const isServing = (leading ?? following)?.stage === 'broadcast'
  if (!isServing) return none
  const reads = leading === null ? zab.reads : leading.reads
  if (reads.isFull) return { reason: 'busy' }
  reads.add(token)
  return null
}

/** Begins a round for all that wait, or grants at once. Called once per Ready, before the proposals. */
export function flushBarriers(zab: ZabState, leading: Leading): void {
  const { reads } = leading
  if (leading.stage !== 'broadcast' || !reads.mayBegin) return
  const round = reads.take(zab.log.commitPosition, zab.mono)
  if (zab.isLoneVoter || hasBug('zab-barrier-without-quorum')) {
    grant(zab, leading, round)
    return
  }
  zab.counters.readRounds++
  reads.ask(round)
  const { voters, outgoing } = zab.members
  const isPlain = outgoing === undefined && voters.includes(zab.self)
  const few = isPlain
    ? likelyQuorum(voters, leading.progress, {
        needed: quorumSize(voters.length) - 1,
        since: zab.mono - zab.options.heartbeatMs * 2,
      })
    : null
  if (few === null) askAll(zab, leading)
  else sendPings(zab, leading, few)
}

function askAll(zab: ZabState, leading: Leading): void {
  leading.reads.askedAll()
  leading.pingAt = zab.mono + zab.options.heartbeatMs
  sendPings(zab, leading)
}

/** The few that were asked are slow to answer: the others are asked, too. Called at each tick. */
export function hurryBarriers(zab: ZabState, leading: Leading): void {
  if (zab.mono >= leading.reads.wakeAt()) askAll(zab, leading)
}

/** A quorum of intact voters answered a round: it and all older ones hold. */
export function confirmBarriers(zab: ZabState, leading: Leading): void {
  const { reads, progress } = leading
  const { voters, outgoing } = zab.members
  let confirmed = confirmedRound(voters, progress, reads.round)
  if (outgoing !== undefined && !hasBug('zab-joint-reads-by-new'))
    confirmed = Math.min(confirmed, confirmedRound(outgoing, progress, reads.round))
  for (const round of reads.confirmed(confirmed)) grant(zab, leading, round)
}

function grant(zab: ZabState, leading: Leading, round: ReadRound): void {
  for (const token of round.tokens) zab.out.grant(token, round.at)
  // A follower reads once it knows this index to be committed.
  if (round.requests.length > 0) {
    leading.noticeTo = Math.max(leading.noticeTo, round.at.index)
    leading.holding.urge(round.at.index)
  }
  const { epoch } = leading
  for (const { from, id } of round.requests)
    zab.out.send(from, { kind: 'synced', era: zab.era, epoch, id, at: round.at })
}

/** The leader's side of a follower's SYNC. */
export function onSync(zab: ZabState, from: MemberId, message: Sync): void {
  const { leading } = zab
  if (leading === null || leading.stage !== 'broadcast' || leading.epoch !== message.epoch) return
  const { recovering, life, id } = message
  const answer = { fence: leading.fence, recovering, life }
  if (hear(zab, leading, { from, answer }) !== null) leading.reads.request({ from, id })
}

/** Sends the waiting reads to the leader in one try. Called once per Ready. */
export function flushSync(zab: ZabState): void {
  const { reads, following } = zab
  if (following?.stage !== 'broadcast' || !reads.mayAsk) return
  // What was executed belongs to an era that ended, however far it went: reads wait for the new one.
  if (zab.entering) return
  const id = reads.ask(zab.mono + zab.options.readTimeoutMs)
  const { era, life } = zab
  const { leader, epoch } = following
  const recovering = zab.recovering !== null
  zab.out.send(leader, { kind: 'sync', era, epoch, id, recovering, life })
}

export function onSynced(zab: ZabState, from: MemberId, message: Synced): void {
  const { following } = zab
  if (following === null || following.leader !== from || following.epoch !== message.epoch) return
  if (zab.losses.onTarget(message.id, message.at)) return
  for (const token of zab.reads.answered(message.id)) zab.out.grant(token, message.at)
}
