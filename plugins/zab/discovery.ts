// Phase 1, discovery: the members tell who was elected which epochs they accepted, it chooses a later one,
// and a quorum promises it to this leader alone, telling what history each has. No leader of a lower
// epoch gets anything from them any more, so the leader's history, which is at least as late as theirs,
// holds everything that was or ever will be committed in lower epochs.

import {
  comparePositions,
  forgottenBy,
  hasBug,
  Holding,
  type MemberId,
  noteForgotten,
  type Progress,
  ReadRounds,
} from 'quorate/plugin'
import { foundEra } from './era.js'
import { tellForgotten } from './forgotten.js'
import { mayFollowFounder } from './following.js'
import { abdicate, hear, type Leading, makeProgress } from './leading.js'
import type { AckEpoch, FollowerInfo, LeaderInfo } from './messages.js'
import { notify, notifyAll, ownVote } from './notification.js'
import { tellRemoved } from './reconfigure.js'
import type { ZabState } from './state.js'
import { beginSynchronisation, makeSender, welcome } from './synchronisation.js'

/** Elected, told to take over, or to begin an era. */
export function becomeLeading(
  zab: ZabState,
  { handover, founding }: { readonly handover: number; readonly founding: number },
  from: MemberId | null = null,
): void {
  const progress = new Map<MemberId, Progress>()
  const { silenceMs } = zab.options
  for (const id of zab.others()) progress.set(id, makeProgress(zab))
  zab.looking = null
  zab.following = null
  zab.leading = {
    stage: 'discovery',
    vote: ownVote(zab),
    epoch: 0,
    infos: new Map(),
    unasked: new Set(),
    promises: new Set(),
    progress,
    arrivals: new Map(),
    modes: new Map(),
    told: new Set(),
    synced: new Set(),
    newLeader: null,
    fence: 1,
    reads: new ReadRounds(),
    sender: makeSender(zab, progress),
    holding: new Holding(),
    pingAt: zab.mono + zab.options.heartbeatMs,
    proposedAt: zab.mono,
    stepAt: zab.mono,
    checkAt: zab.mono + silenceMs * 2,
    noticeTo: 0,
    uncommittedBytes: 0,
    transfer: null,
    handover,
    founding,
    change: null,
    isLeaving: false,
    leaving: new Map(),
  }
  // Who hands over accepted no later epoch than its own; while voters change it may have no voice any more.
  const isSettled = from !== null && zab.members.outgoing === undefined && zab.isVoting(from)
  if (isSettled) zab.leading.infos.set(from, { acceptedEpoch: handover, counts: true })
  notifyAll(zab)
  chooseEpoch(zab, zab.leading, isSettled)
  if (isSettled) tellUnasked(zab, zab.leading)
}

/** All follow as soon as they hear of it: where the epoch is known they are told at once. */
function tellUnasked(zab: ZabState, leading: Leading): void {
  if (leading.epoch === 0) return
  for (const id of zab.others()) {
    if (!leading.infos.has(id)) leaderInfo(zab, leading, id)
    leading.unasked.add(id)
  }
}

/** The leader's side of FOLLOWERINFO. */
export function onFollowerInfo(zab: ZabState, from: MemberId, message: FollowerInfo): void {
  const { leading } = zab
  if (leading === null) return
  const { acceptedEpoch, recovering } = message
  const isLater = leading.epoch > 0 && acceptedEpoch > leading.epoch
  if (!zab.isMember(from)) {
    // It is told that it was taken out, and changes nothing here.
    if (message.era > zab.era || isLater) return
    tellRemoved(zab, leading, from)
  } else if (message.era > zab.era && leading.founding === 0) {
    abdicate(zab, 'a newer era')
    return
  }
  const peer = leading.progress.get(from)
  if (peer === undefined) return
  peer.activeAt = zab.mono
  if (isLater) {
    outbid(zab, leading, acceptedEpoch)
    return
  }
  const counts = !recovering && message.era === zab.era
  if (!leading.infos.has(from)) leading.stepAt = zab.mono
  // A sign of life, for LEADERINFO waits for our disk.
  if (leading.stage === 'discovery') notify(zab, from)
  leading.infos.set(from, { acceptedEpoch, counts })
  if (leading.epoch === 0) chooseEpoch(zab, leading)
  else if (!isTold(zab, leading, from)) leaderInfo(zab, leading, from)
}

/** It asked before it heard what it is told already: each LEADERINFO begins its synchronisation anew. */
function isTold(zab: ZabState, { unasked, epoch }: Leading, id: MemberId): boolean {
  if (!unasked.has(id)) return false
  // It left with our promise; who asks twice behind that has not got it.
  if (zab.durable.acceptedEpoch === epoch) unasked.delete(id)
  return true
}

/** Somebody accepted a later epoch, and follows us in no other. */
function outbid(zab: ZabState, leading: Leading, acceptedEpoch: number): void {
  if (leading.stage !== 'discovery' || leading.founding > 0) {
    abdicate(zab, 'a later epoch was accepted')
    return
  }
  propose(zab, leading, acceptedEpoch + 1)
}

/**
 * NEWEPOCH: later than all that a quorum accepted. The established leader that hands over stands for one; should others
 * have accepted a later one since, their promises are missing, they say so, and it chooses again.
 */
function chooseEpoch(zab: ZabState, leading: Leading, isHandedOver = false): void {
  const { infos } = leading
  let epoch = zab.acceptedEpoch
  for (const info of infos.values()) epoch = Math.max(epoch, info.acceptedEpoch)
  if (leading.founding > 0) propose(zab, leading, leading.founding)
  else if (isHandedOver || zab.decides((id) => id === zab.self || infos.get(id)?.counts === true))
    propose(zab, leading, epoch + 1)
}

function propose(zab: ZabState, leading: Leading, epoch: number): void {
  if (epoch <= zab.acceptedEpoch && leading.founding > 0) {
    abdicate(zab, 'its founding epoch was accepted already')
    return
  }
  leading.epoch = epoch
  leading.unasked.clear()
  leading.promises.clear()
  leading.arrivals.clear()
  leading.stepAt = zab.mono
  zab.counters.epochs++
  // Our own promise comes first, and counts once it is on the disk.
  zab.acceptEpoch(epoch, zab.self)
  for (const id of leading.infos.keys()) leaderInfo(zab, leading, id)
}

/** LEADERINFO leaves once our own promise is on the disk: who forgets its own can learn of it from us. */
export function leaderInfo(zab: ZabState, leading: Leading, to: MemberId): void {
  if (leading.epoch === 0) return
  const { epoch, founding } = leading
  const founds = founding > 0 && leading.stage === 'discovery'
  const last = zab.tail.position
  const knows = founds ? zab.knows : null
  zab.out.sendAfterWrite(to, { kind: 'leader-info', era: zab.era, epoch, founds, last, knows })
}

/** The follower's side of LEADERINFO: it accepts the epoch and tells its history, ACKEPOCH. */
export function onLeaderInfo(zab: ZabState, from: MemberId, message: LeaderInfo): void {
  const { following } = zab
  if (following === null || following.leader !== from) return
  const { epoch, founds } = message
  if (epoch < zab.acceptedEpoch || following.isAcknowledged) return
  if (founds && !mayFollowFounder(zab, from, message)) return
  if (message.era < zab.era && !founds) return
  following.contactAt = zab.mono
  // Our answer leaves as soon as the promise is on the disk.
  if (following.epoch === epoch && zab.durable.acceptedEpoch < epoch) return
  const forgets = zab.hard.promisesForgotten && !founds
  zab.acceptEpoch(epoch, forgets ? zab.self : from)
  if (following.epoch !== epoch) {
    following.epoch = epoch
    following.founds = founds
    following.stage = 'synchronisation'
    following.matched = 0
    following.ack = null
    following.newLeader = null
  }
  // Whoever is asked promises, whatever its own list says: the leader's may be newer.
  const isAble = founds || zab.isWhole
  const promise = !isAble ? 'none' : zab.hard.promisedTo === from ? 'given' : 'taken'
  const { era, life, currentEpoch } = zab
  const last = zab.tail.position
  const recovering = zab.recovering !== null
  const ack: AckEpoch = {
    kind: 'ack-epoch',
    era,
    epoch,
    currentEpoch,
    last,
    promise,
    recovering,
    life,
  }
  if (hasBug('zab-promise-not-persisted')) zab.out.send(from, ack)
  else zab.out.sendAfterWrite(from, ack)
}

/** The leader's side of ACKEPOCH. */
export function onAckEpoch(zab: ZabState, from: MemberId, message: AckEpoch): void {
  const { leading } = zab
  if (leading === null || leading.epoch !== message.epoch) return
  const { recovering, life, promise, last } = message
  const known = leading.progress.get(from)
  // In discovery nothing was acknowledged yet.
  if (known !== undefined)
    noteForgotten(leading, known, { life, recovering, index: last.index + 1 })
  if (known !== undefined && known.life !== life) {
    leading.synced.delete(from)
    leading.told.delete(from)
  }
  const { fence } = leading
  const peer = hear(zab, leading, { from, answer: { fence, recovering, life } })
  if (peer === null) return
  tellForgotten(zab, from, forgottenBy(peer, message))
  leading.stepAt = zab.mono
  if (leading.stage !== 'discovery') {
    welcome(zab, leading, { id: from, peer, last })
    return
  }
  leading.arrivals.set(from, last)
  if (!zab.isVoting(from)) return
  if (promise !== 'given') {
    // Who promised this epoch to another one can promise us the next.
    if (promise === 'taken') outbid(zab, leading, leading.epoch)
    return
  }
  const isLater =
    message.currentEpoch - zab.currentEpoch || comparePositions(last, zab.tail.position)
  if (isLater > 0 && leading.founding === 0 && !hasBug('zab-elects-any-history')) {
    abdicate(zab, `member ${from} has a later history`)
    return
  }
  leading.promises.add(from)
  countPromises(zab, leading)
}

/** A quorum promised: discovery is over. Called once per Ready, too, for our own promise. */
export function countPromises(zab: ZabState, leading: Leading): void {
  if (leading.stage !== 'discovery' || leading.epoch === 0) return
  const { acceptedEpoch, promisedTo } = zab.durable
  const isOwnKept = acceptedEpoch === leading.epoch && promisedTo === zab.self
  const { promises } = leading
  if (!isOwnKept || !zab.decides((id) => id === zab.self || promises.has(id))) return
  if (leading.founding > 0) foundEra(zab, leading.founding)
  beginSynchronisation(zab, leading)
}
