// A follower, or observer, of one leader: how long it trusts it, and what it takes of its messages. Which
// of them it may take says its stage; the stages are in discovery.ts, synchronisation.ts and broadcast.ts.

import { comparePositions, hasBug, leftBehindBy, type MemberId } from 'quorate/plugin'
import { joinEra } from './era.js'
import type { LeaderInfo, NewLeader, Vote } from './messages.js'
import { notify, ownVote } from './notification.js'
import { isQuiet, leaderHeardAt } from './rest.js'
import { never, type ZabState } from './state.js'

export type Stage = 'discovery' | 'synchronisation' | 'broadcast'

export interface Following {
  readonly leader: MemberId
  /** The round of elections in which it was found, and the vote in it. */
  readonly round: number
  readonly vote: Vote | null
  stage: Stage
  /** The leader begins a new era. */
  founds: boolean
  /** The leader's epoch; 0 before its LEADERINFO was accepted. */
  epoch: number
  /** Monotonic ms of the last sign of life of the leader. */
  contactAt: number
  /** When FOLLOWERINFO goes again. */
  infoAt: number
  /** Our log equals the leader's up to here, as checked since we follow it. */
  matched: number
  /** The greatest commit index that the leader told. */
  commit: number
  /** Fence of the leader's newest message. */
  fence: number
  /** An acknowledgement to send with the next write: everything up to `index` will be durable then. */
  ack: number | null
  /** NEWLEADER as it came, until it is acknowledged. */
  newLeader: NewLeader | null
  /** Something came behind LEADERINFO: the leader knows our history. */
  isWelcome: boolean
  /** NEWLEADER was acknowledged: UPTODATE may come. */
  isAcknowledged: boolean
}

export function follow(zab: ZabState, leader: MemberId, round: number): void {
  const vote = zab.looking?.vote ?? null
  stopFollowing(zab)
  zab.looking = null
  zab.following = {
    leader,
    round,
    vote: vote ?? ownVote(zab),
    stage: 'discovery',
    founds: false,
    epoch: 0,
    contactAt: zab.mono,
    infoAt: zab.mono + zab.options.heartbeatMs,
    matched: 0,
    commit: 0,
    fence: 0,
    ack: null,
    newLeader: null,
    isWelcome: false,
    isAcknowledged: false,
  }
  sendFollowerInfo(zab, leader)
}

/** FOLLOWERINFO: which epoch we accepted last. */
export function sendFollowerInfo(zab: ZabState, to: MemberId): void {
  const { era, acceptedEpoch, life } = zab
  const recovering = zab.recovering !== null
  zab.out.send(to, { kind: 'follower-info', era, acceptedEpoch, recovering, life })
}

/** What was asked of the leader is given back. */
export function stopFollowing(zab: ZabState): void {
  if (zab.following === null) return
  zab.following = null
  zab.reads.drop((...read) => zab.out.drop(...read))
}

export function followTick(zab: ZabState, following: Following): void {
  following.contactAt = leaderHeardAt(zab, following)
  if (zab.mono - following.contactAt > zab.options.silenceMs) {
    zab.look()
    return
  }
  if (following.isWelcome || zab.mono < following.infoAt) return
  following.infoAt = zab.mono + zab.options.heartbeatMs
  sendFollowerInfo(zab, following.leader)
}

export function followWakeAt(zab: ZabState, following: Following): number {
  if (isQuiet(zab)) return Number.MAX_SAFE_INTEGER
  const silence = leaderHeardAt(zab, following) + zab.options.silenceMs + 1
  return following.isWelcome ? silence : Math.min(silence, following.infoAt)
}

/** A message of a leader: null where it is not the one that this member follows, in this epoch. */
export function hearLeader(
  zab: ZabState,
  from: MemberId,
  { epoch, era }: { readonly epoch: number; readonly era: number },
): Following | null {
  const { following, leading } = zab
  if (leading !== null && leading.epoch === epoch && leading.stage === 'broadcast') {
    zab.halt(`members ${zab.self} and ${from} both lead epoch ${epoch}`)
    return null
  }
  if (following === null || following.leader !== from || following.epoch !== epoch) {
    // A leader of an older epoch learns what it missed.
    const known = leading?.epoch ?? following?.epoch ?? 0
    if (epoch < known) notify(zab, from)
    return null
  }
  if (era < zab.era) return null
  following.contactAt = zab.mono
  following.isWelcome = true
  if (era > zab.era) joinEra(zab, era)
  return following
}

/** The link to the leader closed. */
export function leaderLinkDown(zab: ZabState, following: Following): void {
  following.contactAt = never
  zab.look()
}

/** A founder's log is not shorter, and its era not older, than what this member has. */
export function mayFollowFounder(
  zab: ZabState,
  founder: MemberId,
  { era, last, knows }: Pick<Vote, 'era' | 'last'> & Pick<LeaderInfo, 'knows'>,
): boolean {
  // Two that go by lists far apart could both begin an era.
  if (leftBehindBy(knows, [zab.knows]) !== null) return false
  const isOfOurs = era >= zab.era || zab.recovering !== null
  const isLonger = comparePositions(last, zab.tail.position) >= 0
  return (
    isOfOurs &&
    (isLonger || isNewer(zab, knows) || yieldsTo(zab, founder) || hasBug('raft-era-any-log'))
  )
}

/** It goes by newer members, of other voters: by our own list we do not found. */
export function isNewer(zab: ZabState, knows: LeaderInfo['knows']): boolean {
  return leftBehindBy(zab.knows, [knows]) !== null
}

/** Who is no voter by its own list could not found with a longer log; but who was taken out knows by whom. */
function yieldsTo(zab: ZabState, founder: MemberId): boolean {
  return !zab.isEligible && (!zab.isOutside || zab.isVoting(founder))
}
