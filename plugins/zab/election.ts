// Fast leader election: members that look for a leader notify each other of their vote, take over any
// better one, and decide once a quorum has the same vote and none better came for a moment. It is a
// guess: nothing rests on it but speed. That no two leaders share an epoch is discovery's to hold, that
// a leader has the whole history, discovery's and synchronisation's.

import { comparePositions, hasBug, type MemberId } from 'quorate/plugin'
import { becomeLeading } from './discovery.js'
import {
  follow,
  type Following,
  isNewer,
  mayFollowFounder,
  sendFollowerInfo,
  stopFollowing,
} from './following.js'
import { abdicate, stopLeading } from './leading.js'
import type { Notification, Vote } from './messages.js'
import { tellRemoved } from './reconfigure.js'
import { mayLead, notify, notifyAll, ownVote } from './notification.js'
import type { ZabState } from './state.js'

export interface Looking {
  vote: Vote | null
  /** Votes of this round, of intact voters. */
  readonly received: Map<MemberId, Vote>
  /** When the vote is final, monotonic ms; it moves with each better vote. */
  decideAt: number
  notifyAt: number
}

const undecided = Number.MAX_SAFE_INTEGER

/** Who has a later history: by era, currentEpoch and zxid; the id breaks ties. */
export function compareVotes(a: Vote, b: Vote): number {
  if (hasBug('zab-elects-any-history')) return a.id - b.id
  return a.era - b.era || a.epoch - b.epoch || comparePositions(a.last, b.last) || a.id - b.id
}

/** Leaves what it did and begins a round of its own. */
export function look(zab: ZabState): void {
  if (zab.halted !== '') return
  stopLeading(zab)
  stopFollowing(zab)
  zab.round++
  const looking = { vote: null, received: new Map(), decideAt: undecided, notifyAt: zab.mono }
  zab.looking = looking
  zab.counters.elections++
  if (mayLead(zab)) setVote(zab, looking, ownVote(zab))
  judge(zab, looking)
}

export function lookTick(zab: ZabState, looking: Looking): void {
  if (zab.mono >= looking.decideAt && looking.vote !== null) {
    if (looking.vote.id === zab.self) becomeLeading(zab, { handover: 0, founding: 0 })
    else follow(zab, looking.vote.id, zab.round)
    return
  }
  if (zab.isOutside) {
    looking.notifyAt = undecided
    return
  }
  if (zab.mono < looking.notifyAt) return
  looking.notifyAt = zab.mono + zab.options.heartbeatMs
  notifyAll(zab)
}

export function onNotification(zab: ZabState, from: MemberId, message: Notification): void {
  if (!zab.isKnown(from) && !mayBeHeard(zab, from, message)) return
  if (message.state === 'leading' && onLeaderFound(zab, from, message)) return
  const { looking, leading, following } = zab
  // Who was welcome and is called again is not known there any more: it has to ask anew.
  const isWaiting = following?.leader === from && !following.isWelcome
  if (isWaiting && message.state === 'leading') following.contactAt = zab.mono
  if (leading !== null) {
    const isDeposed = message.epoch > leading.epoch || message.era > zab.era
    if (isDeposed && message.state !== 'looking' && leading.epoch > 0)
      abdicate(zab, 'another epoch')
    else if (message.state === 'looking') notify(zab, from)
    return
  }
  if (following !== null) {
    if (message.state !== 'looking') return
    // Our leader looks for one itself, in a round behind the one in which it was chosen.
    if (from === following.leader && message.round > following.round) look(zab)
    else if (choseAnother(zab, following, { from, message })) lookOn(zab, { from, message })
    else notify(zab, from)
    return
  }
  if (looking !== null) onVote(zab, looking, { from, message })
}

interface Heard {
  readonly from: MemberId
  readonly message: Notification
}

/** Whom we elected votes for a better one, in the same round: more may decide by its list than by ours. */
function choseAnother(zab: ZabState, following: Following, { from, message }: Heard): boolean {
  const { round, vote } = message
  const isSameRound = from === following.leader && round === zab.round && following.epoch === 0
  if (!isSameRound || vote === null || following.vote === null) return false
  return compareVotes(vote, following.vote) > 0 && !hasBug('zab-follows-who-looks')
}

/** Goes on in the round in which it decided. */
function lookOn(zab: ZabState, heard: Heard): void {
  stopFollowing(zab)
  const looking = { vote: null, received: new Map(), decideAt: undecided, notifyAt: zab.mono }
  zab.looking = looking
  onVote(zab, looking, heard)
}

/** Of one that is no member here: our list may be old, or it does not know that it was taken out. */
function mayBeHeard(zab: ZabState, from: MemberId, message: Notification): boolean {
  const { leading, following } = zab
  if (message.founding > 0) return zab.recovering !== null || isNewer(zab, message.knows)
  if (message.state === 'looking' && leading !== null) {
    if (tellRemoved(zab, leading, from)) notify(zab, from)
    return false
  }
  // A newer history it brings only to who follows nobody.
  return message.era <= zab.era || (leading ?? following)?.stage !== 'broadcast'
}

/** A member says that it leads. True where nothing else of the message matters. */
function onLeaderFound(zab: ZabState, from: MemberId, message: Notification): boolean {
  const { looking, following, leading } = zab
  const { epoch, era, round, handover, founding, vote, knows } = message
  if (handover > 0) {
    const isMine = leading?.stage === 'broadcast' && leading.epoch === handover
    const isHandedOver = isMine ? leading.transfer?.to === from : following?.epoch === handover
    if (!isHandedOver || following?.leader === from) return false
    join(zab, from, round)
    return true
  }
  if (founding > 0) {
    const isServed = (leading ?? following)?.stage === 'broadcast'
    if (isServed || following?.leader === from || founding <= zab.acceptedEpoch) return false
    if (
      vote === null ||
      !mayFollowFounder(zab, from, { era, last: vote.last, knows: knows ?? null })
    )
      return false
    join(zab, from, round)
    return true
  }
  if (era < zab.era) return false
  if (epoch > 0 && epoch < zab.acceptedEpoch) {
    // It can never lead us: it has to know the epoch that we accepted.
    if (looking !== null) sendFollowerInfo(zab, from)
    return false
  }
  const isBetter =
    looking !== null ||
    (following !== null && following.leader !== from && epoch > following.epoch) ||
    (leading !== null && leading.stage !== 'broadcast' && epoch > leading.epoch)
  if (epoch > 0 && isBetter) {
    join(zab, from, round)
    return true
  }
  // Elected and not yet established, in whatever round: it leads us where we know of no better history.
  const best = looking?.vote ?? null
  const isBest = vote !== null && (best === null || compareVotes(vote, best) >= 0)
  if (looking === null || epoch > 0 || !isBest) return false
  join(zab, from, round)
  return true
}

/** Follows who leads already, or is about to, whatever round it was chosen in. */
function join(zab: ZabState, leader: MemberId, round: number): void {
  stopLeading(zab)
  zab.round = Math.max(zab.round, round)
  follow(zab, leader, round)
}

function onVote(zab: ZabState, looking: Looking, { from, message }: Heard): void {
  const { round, vote, counts, state } = message
  if (round < zab.round) {
    if (state === 'looking') notify(zab, from)
    return
  }
  if (round > zab.round) {
    // A later round: what was heard before is out of date, and what we voted there is to be said anew, at once.
    zab.round = round
    looking.notifyAt = zab.mono
    looking.received.clear()
    looking.vote = null
    if (mayLead(zab)) setVote(zab, looking, ownVote(zab))
  }
  if (vote !== null) {
    if (looking.vote === null || compareVotes(vote, looking.vote) > 0) {
      setVote(zab, looking, vote)
      looking.notifyAt = zab.mono
    }
    if (counts) looking.received.set(from, vote)
    // It asks for itself, and may know of a change that made us a voter: by our own list it would not hear from us.
    const isUnheard = zab.isOutside || !zab.isMember(from)
    const isAsked = state === 'looking' && vote.id === from && isUnheard
    if (isAsked && !hasBug('zab-outsider-never-votes')) notify(zab, from)
  }
  judge(zab, looking)
  if (zab.mono >= looking.notifyAt) lookTick(zab, looking)
}

function setVote(zab: ZabState, looking: Looking, vote: Vote): void {
  looking.vote = vote
  looking.decideAt = undecided
  if (zab.isWhole) looking.received.set(zab.self, vote)
}

/** Once a quorum has our vote it is final, unless a better one comes within the wait. */
function judge(zab: ZabState, looking: Looking): void {
  const { vote } = looking
  if (vote === null) return
  const agrees = (id: MemberId): boolean => {
    const other = looking.received.get(id)
    return other !== undefined && compareVotes(other, vote) === 0
  }
  if (!zab.decides(agrees)) looking.decideAt = undecided
  // Nobody is left to bring a better one.
  else if (zab.electorate().every(agrees)) looking.decideAt = zab.mono
  else looking.decideAt = Math.min(looking.decideAt, zab.mono + zab.options.finalizeMs)
}

/** Nobody answers at the other end: what that member voted, and votes for it, count no more. */
export function lookLinkDown(zab: ZabState, looking: Looking, peer: MemberId): void {
  looking.received.delete(peer)
  if (looking.vote?.id === peer) look(zab)
  else judge(zab, looking)
}
