// Phase 2, synchronisation: the leader brings every learner to its own history, by the entries that it
// lacks (DIFF), in place of others that it has (TRUNC), or by a snapshot (SNAP), and says NEWLEADER. Its
// epoch begins with an entry of its own, which ends the initial history: whatever a learner had else
// gives way to it in the same write. A learner makes that history durable, and with it the epoch, and only
// then acknowledges. With a quorum of these the leader is established and says UPTODATE.

import {
  EntrySender,
  hasBug,
  type MemberId,
  memberPayload,
  noopPayload,
  type Payload,
  type Position,
  type Progress,
} from 'quorate/plugin'
import { refilled } from './era.js'
import { advanceCommit, takeCommit } from './broadcast.js'
import { hearLeader } from './following.js'
import { hear, type Leading } from './leading.js'
import { encodeMessage } from './codec.js'
import type { AckLeader, Commit, NewLeader } from './messages.js'
import type { ZabState } from './state.js'

/** Which message entries travel in. */
export type SyncWord = 'diff' | 'trunc' | 'propose' | 'inform'

export function makeSender(
  zab: ZabState,
  progress: ReadonlyMap<MemberId, Progress>,
): EntrySender<SyncWord> {
  return new EntrySender(zab.log, zab.options.appendBytes, {
    progress,
    wordFor: (id) => wordFor(zab, id),
    lastFor: (id, peer) => lastFor(zab, id, peer),
    encode: (kind, run) => {
      const { era, leading } = zab
      const { epoch = 0, fence = 0 } = leading ?? {}
      const { previous, chain, entries } = run
      const { commit } = zab.log
      return encodeMessage({ kind, era, epoch, fence, commit, previous, chain, entries })
    },
    send: (id, bytes) => zab.out.sendBytes(id, bytes),
    needSnapshot: (id, peer) => needSnapshot(zab, id, peer),
    fetch: (range) => {
      zab.counters.fetches++
      zab.out.fetch = range
    },
  })
}

/** An observer has no voice: it is informed of what is committed. Only who was synchronised may be told later. */
function lastFor(zab: ZabState, id: MemberId, peer: Progress): number {
  const { leading } = zab
  const last = zab.isVoting(id) ? zab.tail.last : zab.log.commit
  if (leading?.synced.has(id) !== true || peer.next > last) return last
  return Math.min(last, leading.holding.lastFor(zab, id, peer))
}

function wordFor(zab: ZabState, id: MemberId): SyncWord {
  const { leading } = zab
  if (leading?.synced.has(id) !== true) return leading?.modes.get(id) ?? 'diff'
  return zab.isVoting(id) ? 'propose' : 'inform'
}

/** A quorum promised the epoch. */
export function beginSynchronisation(zab: ZabState, leading: Leading): void {
  leading.stage = 'synchronisation'
  leading.stepAt = zab.mono
  const at = { term: leading.epoch, index: zab.tail.last + 1 }
  const first = { ...at, payload: firstPayload(zab, leading) }
  zab.append(first)
  zab.noteMembers([first])
  leading.newLeader = at
  const { self: member } = zab
  zab.out.note('info', 'zab.synchronises', { member, epoch: leading.epoch, index: at.index })
  for (const [id, last] of leading.arrivals) {
    const peer = leading.progress.get(id)
    if (peer !== undefined) welcome(zab, leading, { id, peer, last })
  }
  leading.arrivals.clear()
}

/** Where the log with the members is lost, the history of the new era begins with them. */
function firstPayload(zab: ZabState, { founding }: Leading): Payload {
  const { hard, members, memberLog, tail } = zab
  // A second entry with the same members would make one of a change that is not committed.
  const isLost = hard.members !== null && memberLog.at <= tail.base.index
  return founding > 0 && isLost ? memberPayload(members) : noopPayload
}

/** A learner told where its history ends: it gets what it lacks from there on. */
export function welcome(
  zab: ZabState,
  leading: Leading,
  { id, peer, last }: { readonly id: MemberId; readonly peer: Progress; readonly last: Position },
): void {
  if (peer.state === 'snapshot') return
  const agreed = agreedIndex(zab, last)
  leading.modes.set(id, agreed < last.index ? 'trunc' : 'diff')
  leading.told.delete(id)
  peer.becomeProbe()
  peer.next = Math.max(agreed, peer.match) + 1
}

/** Where the histories may agree: our last entry up to there whose epoch is not above that one's. */
export function agreedIndex(zab: ZabState, hint: Position): number {
  return Math.min(zab.log.agreedIndex(hint), zab.tail.last)
}

/** SNAP: asks the shard for a snapshot transfer, if the learner is there to take it. */
export function needSnapshot(zab: ZabState, id: MemberId, peer: Progress): void {
  // Who was taken out hears of it from the log or not at all.
  const isLeaving = zab.leading?.leaving.has(id) === true
  if (isLeaving || zab.mono - peer.activeAt > zab.options.silenceMs * 2) {
    peer.paused = true
    return
  }
  peer.becomeSnapshot(zab.tail.base.index)
  if (hasBug('zab-newleader-during-snap')) {
    zab.leading?.synced.add(id)
    peer.recovering = false
    peer.match = zab.tail.last
  }
  zab.out.askSnapshot(id)
  zab.out.note('info', 'zab.snapshot-needed', { member: zab.self, peer: id, next: peer.next })
}

/** The leader's own NEWLEADER: the epoch goes to its disk with the entry that it begins with. Called once per Ready. */
export function settleEpoch(zab: ZabState, leading: Leading): void {
  if (leading.stage !== 'synchronisation') return
  zab.enterEpoch(leading.epoch)
  if (zab.durable.currentEpoch === leading.epoch && hasSyncedQuorum(zab, leading)) {
    establish(zab, leading)
  }
}

/** NEWLEADER, right behind the last of the initial history. Called once per Ready. */
export function flushNewLeader(zab: ZabState, leading: Leading): void {
  const { newLeader } = leading
  if (newLeader === null) return
  for (const [id, peer] of leading.progress) {
    if (peer.life === 0 || leading.told.has(id)) continue
    const isSent = peer.sentTo >= newLeader.index
    if (!isSent && !hasBug('zab-newleader-before-history')) continue
    leading.told.add(id)
    sayNewLeader(zab, leading, id)
  }
}

function sayNewLeader(zab: ZabState, leading: Leading, to: MemberId): void {
  const { epoch, fence, newLeader } = leading
  if (newLeader === null) return
  const peer = leading.progress.get(to)
  // In a new era nothing is committed before it is established, so nobody can have lost anything of it.
  const isFounding = leading.founding > 0 && leading.stage === 'synchronisation'
  const intact = isFounding ? (peer?.life ?? 0) : 0
  zab.out.send(to, { kind: 'new-leader', era: zab.era, epoch, fence, at: newLeader, intact })
}

/** It has not heard UPTODATE: what it waits for was lost. */
export function remind(zab: ZabState, leading: Leading, to: MemberId): void {
  if (leading.told.has(to)) sayNewLeader(zab, leading, to)
  if (leading.synced.has(to) && leading.stage === 'broadcast') sayUpToDate(zab, leading, to)
}

function sayUpToDate(zab: ZabState, leading: Leading, to: MemberId): void {
  const { epoch, progress } = leading
  const { commit } = zab.log
  zab.out.send(to, { kind: 'up-to-date', era: zab.era, epoch, commit })
  const peer = progress.get(to)
  if (peer !== undefined) peer.commitSent = commit
}

/** NEWLEADER at a learner. */
export function onNewLeader(zab: ZabState, from: MemberId, message: NewLeader): void {
  const following = hearLeader(zab, from, message)
  if (following === null) return
  following.fence = message.fence
  following.newLeader = message
}

/**
 * The epoch goes to the disk in the write that completes the history, or in a later one; the acknowledgement behind
 * it. Writes reach the disk in order, each whole or not at all. Called once per Ready.
 */
export function settleHistory(zab: ZabState): void {
  const { following } = zab
  const newLeader = following?.newLeader ?? null
  if (following === null || newLeader === null) return
  if (hasBug('zab-epoch-before-history')) zab.enterEpoch(newLeader.epoch)
  if (following.matched < newLeader.at.index && !hasBug('zab-newleader-before-history')) return
  if (zab.entering) return
  zab.enterEpoch(newLeader.epoch)
  if (newLeader.intact === zab.life) refilled(zab)
  following.newLeader = null
  following.isAcknowledged = true
  const { era, life } = zab
  const { epoch } = newLeader
  const recovering = zab.recovering !== null
  const { fence } = following
  const ack: AckLeader = { kind: 'ack-leader', era, epoch, fence, recovering, life }
  if (hasBug('zab-ack-newleader-early')) zab.out.send(following.leader, ack)
  else zab.out.sendAfterWrite(following.leader, ack)
}

/** The leader's side of ACK-LD: the learner holds the initial history, and the epoch, on its disk. */
export function onAckLeader(zab: ZabState, from: MemberId, message: AckLeader): void {
  const { leading } = zab
  if (leading === null || leading.epoch !== message.epoch || leading.newLeader === null) return
  const wasSynced = leading.synced.has(from)
  leading.synced.add(from)
  const peer = hear(zab, leading, { from, answer: message })
  if (peer === null || peer.life !== message.life) {
    if (!wasSynced) leading.synced.delete(from)
    return
  }
  leading.stepAt = zab.mono
  const isSkipped = hasBug('zab-skips-proposals-in-sync')
  peer.acknowledged(isSkipped ? zab.tail.last : leading.newLeader.index)
  if (leading.stage === 'broadcast') sayUpToDate(zab, leading, from)
}

/** Intact voters that acknowledged NEWLEADER, and this one. */
function hasSyncedQuorum(zab: ZabState, leading: Leading): boolean {
  const { progress, synced } = leading
  return zab.decides(
    (id) => id === zab.self || (synced.has(id) && progress.get(id)?.recovering === false),
  )
}

function establish(zab: ZabState, leading: Leading): void {
  leading.stage = 'broadcast'
  const { epoch } = leading
  const { self: member, era } = zab
  zab.out.note('info', 'zab.established', { member, epoch, era, index: zab.tail.last })
  advanceCommit(zab, leading)
  if (zab.readFloor < 0) zab.readFloor = zab.log.commit
  for (const id of leading.synced) sayUpToDate(zab, leading, id)
}

/** UPTODATE: the epoch is established, and this member may serve. */
export function onUpToDate(zab: ZabState, from: MemberId, message: Commit): void {
  const following = hearLeader(zab, from, message)
  if (following === null || !following.isAcknowledged) return
  following.stage = 'broadcast'
  if (zab.readFloor < 0) zab.readFloor = message.commit
  takeCommit(zab, following, message.commit)
}
