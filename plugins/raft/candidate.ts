// A candidate: asks first without changing anything (PreVote, thesis 9.6), then for real. Votes of
// recovering members do not exist. This file also answers the questions of others.

import {
  comparePositions,
  hasBug,
  leftBehindBy,
  type MemberId,
  type VoteOutcome,
  voteOutcome,
} from 'quorate/plugin'
import { becomeLeader } from './leader.js'
import type { VoteAnswer, VoteRequest } from './messages.js'
import { tellRemoved } from './reconfigure.js'
import { becomeFollower, electionDelay, isInContact, quickDelay } from './role.js'
import type { RaftState } from './state.js'

export interface Candidacy {
  /** True while only asking. */
  readonly pre: boolean
  /** Begins a new era; see recovery.ts. */
  readonly force: boolean
  readonly votes: Map<MemberId, boolean>
}

/** A vote is slow that takes more than a quarter of the least election timeout to reach the disk. */
const slowShare = 4
/** Greatest election timeouts for which others are waited for because our own vote was slow. */
const slowTimeoutsMax = 4

/** Whether this member may stand at all. */
export function mayStand(raft: RaftState): boolean {
  return (
    raft.isEligible &&
    raft.recovering === null &&
    !raft.hard.votesForgotten &&
    !raft.entering &&
    !raft.diskShort &&
    raft.role !== 'halted'
  )
}

/** The election timeout passed without a leader. */
export function electionTimeout(raft: RaftState): void {
  const { following } = raft
  if (isVoting(raft)) {
    following.deadline = raft.mono + electionDelay(raft)
    return
  }
  const isQuick = following.quickTries > 0
  if (isQuick) following.quickTries--
  following.deadline = raft.mono + (isQuick ? 40 + quickDelay(raft, null) * 2 : electionDelay(raft))
  if (!mayStand(raft)) {
    becomeFollower(raft, raft.term, null)
    return
  }
  if (raft.isLoneVoter) campaign(raft, { transfer: false, force: false })
  else ask(raft)
}

/** PreVote: would a majority vote for us? */
function ask(raft: RaftState): void {
  raft.counters.preVotes++
  const { deadline } = raft.following
  becomeFollower(raft, raft.term, null)
  raft.following.deadline = deadline
  raft.role = 'candidate'
  raft.candidacy = { pre: true, force: false, votes: new Map([[raft.self, true]]) }
  const request = makeRequest(raft, {
    pre: true,
    transfer: false,
    force: false,
    term: raft.term + 1,
  })
  for (const peer of electorate(raft)) raft.out.send(peer, request)
}

/** Stands in a new term. Our own vote counts once it is on disk, and only then do the requests leave. */
export function campaign(
  raft: RaftState,
  how: { transfer: boolean; force: boolean; term?: number },
): void {
  raft.counters.elections++
  const term = hasBug('raft-election-same-term')
    ? Math.max(raft.term, 1)
    : (how.term ?? raft.term + 1)
  const { deadline } = raft.following
  becomeFollower(raft, term, null)
  raft.following.deadline = how.force || how.transfer ? raft.mono + electionDelay(raft) : deadline
  raft.giveVote(raft.self)
  raft.isHardDirty = true
  raft.role = 'candidate'
  raft.candidacy = { pre: false, force: how.force, votes: new Map() }
  const request = makeRequest(raft, { pre: false, transfer: how.transfer, force: how.force, term })
  for (const peer of electorate(raft)) raft.out.sendAfterWrite(peer, request)
}

function electorate(raft: RaftState): MemberId[] {
  return hasBug('raft-learner-votes') ? raft.others() : raft.otherVoters()
}

function makeRequest(
  raft: RaftState,
  how: { pre: boolean; transfer: boolean; force: boolean; term: number },
): VoteRequest {
  const knows = how.force ? raft.knows : null
  return { kind: 'vote', era: raft.era, ...how, last: raft.tail.position, knows }
}

/** Whether we voted in this term and a hard state of it, so perhaps that vote, is on its way to the disk. */
function isVoting(raft: RaftState): boolean {
  return raft.vote !== null && raft.log.writes.some((write) => write.term === raft.term)
}

/**
 * The hard state with our vote is on disk, after `tookMs`. Where that is long the disks of others are
 * waited for as long, within reason: on slow disks nobody would be elected if each stood again
 * before the votes came.
 */
export function votePersisted(raft: RaftState, tookMs: number): void {
  const { candidacy, following } = raft
  const { electionMinMs, electionMaxMs } = raft.options
  if (tookMs * slowShare > electionMinMs) {
    const longer = Math.min(tookMs, electionMaxMs * slowTimeoutsMax) + electionDelay(raft)
    following.deadline = Math.max(following.deadline, raft.mono + longer)
  }
  if (candidacy === null || candidacy.pre || raft.vote !== raft.self) return
  candidacy.votes.set(raft.self, true)
  count(raft, candidacy)
}

export function onVoteAnswer(raft: RaftState, from: MemberId, message: VoteAnswer): void {
  const { candidacy } = raft
  if (candidacy === null || candidacy.pre !== message.pre || candidacy.votes.has(from)) return
  if (!electorate(raft).includes(from)) return
  const term = candidacy.pre ? raft.term + 1 : raft.term
  if (message.granted ? message.term !== term : message.term > raft.term) return
  candidacy.votes.set(from, message.granted)
  count(raft, candidacy)
}

function count(raft: RaftState, candidacy: Candidacy): void {
  const outcome = outcomeOf(raft, candidacy.votes)
  if (outcome === 'won') {
    if (candidacy.pre) campaign(raft, { transfer: false, force: false })
    else becomeLeader(raft, candidacy.force)
  } else if (outcome === 'lost') {
    const { deadline } = raft.following
    becomeFollower(raft, raft.term, null)
    raft.following.deadline = deadline
  }
}

/** Won or lost in both sets of voters, where there are two. */
function outcomeOf({ members }: RaftState, votes: Candidacy['votes']): VoteOutcome {
  const { voters, outgoing } = members
  const outcome = outcomeAmong(voters, votes)
  if (outgoing === undefined || hasBug('raft-joint-elects-by-one')) return outcome
  const before = outcomeAmong(outgoing, votes)
  if (outcome === 'lost' || before === 'lost') return 'lost'
  return outcome === 'won' ? before : 'open'
}

function outcomeAmong(voters: readonly MemberId[], votes: Candidacy['votes']): VoteOutcome {
  let granted = 0
  let refused = 0
  for (const [id, vote] of votes) {
    if (!voters.includes(id) && !hasBug('raft-learner-votes')) continue
    if (vote) granted++
    else refused++
  }
  return voteOutcome(voters.length, granted, refused)
}

/** Somebody asks for our vote. Terms are compared here, not in `step`: a refusal must change nothing. */
export function onVoteRequest(raft: RaftState, from: MemberId, message: VoteRequest): void {
  // Whoever is asked votes, whatever its own list says: the candidate's may be newer (thesis 4.2.2). Only who is
  // no member here may not pass over a leader that is heard.
  const isTrusted = raft.isMember(from)
  const isWilling = mayGrant(raft, message, isTrusted)
  tellRemoved(raft, from)
  if (message.pre) {
    if (hasBug('raft-prevote-bumps-term') && message.term > raft.term)
      becomeFollower(raft, message.term, null)
    const granted = isWilling && message.term > raft.term
    if (!granted) refusal(raft, from)
    answer(raft, from, { pre: true, granted, term: granted ? message.term : raft.term })
    return
  }
  const isCurrent = message.term >= raft.term
  // In contact with a leader, or of another era: not even the term is taken over (RF16, thesis 4.2.3).
  if (
    isCurrent &&
    (((message.transfer || message.force) && isTrusted) || !isBound(raft)) &&
    message.era === raft.era
  ) {
    if (message.term > raft.term) becomeFollower(raft, message.term, null)
  } else if (isCurrent && message.force && isWilling && message.term > raft.term) {
    becomeFollower(raft, message.term, null)
  }
  const isFree = raft.vote === null || raft.vote === from || hasBug('raft-double-vote')
  const isIdle = raft.role === 'follower' || raft.candidacy?.pre === true
  const granted = isWilling && isFree && message.term === raft.term && isIdle
  if (granted) {
    becomeFollower(raft, raft.term, null)
    raft.giveVote(from)
  } else refusal(raft, from)
  answer(raft, from, { pre: false, granted, term: raft.term })
}

/** All conditions but the term's and that the vote is free. */
function mayGrant(raft: RaftState, message: VoteRequest, isTrusted: boolean): boolean {
  if (!raft.isVoter && hasBug('raft-learner-never-votes')) return false
  if (!(message.transfer && isTrusted) && isBound(raft)) return false
  if (message.force) {
    // Who begins an era may be no member here: its list may be newer, or not know yet that it is out. Refused, it would
    // stay the one for which others wait. It has to say by which members it goes.
    if (!isTrusted && message.knows == null) return false
    if (!isTrusted && !isNewer(raft, message) && hasBug('raft-stranger-founds-nothing'))
      return false
    // Two that go by lists far apart could both begin an era.
    if (leftBehindBy(message.knows, [raft.knows]) !== null) return false
    // Who lost its log still knows the newest era, but the longest log may belong to one before it.
    const isOfOurs = message.era >= raft.era || raft.recovering !== null
    const isLonger = comparePositions(message.last, raft.tail.position) >= 0
    // Who is no voter by its own list could not stand with a longer one itself.
    const yields = !raft.isEligible || isNewer(raft, message)
    return isOfOurs && (isLonger || yields || hasBug('raft-era-any-log'))
  }
  if (message.era !== raft.era || raft.entering) return false
  if (raft.recovering !== null && !hasBug('raft-recovering-votes')) return false
  if (raft.hard.votesForgotten && !hasBug('raft-recovering-votes')) return false
  // Raft 5.4.1: the candidate's log is at least as up to date as ours.
  return comparePositions(message.last, raft.tail.position) >= 0 || hasBug('raft-vote-ignores-log')
}

/** It goes by newer members, of other voters: by our own list we do not found. */
function isNewer(raft: RaftState, { knows }: VoteRequest): boolean {
  return leftBehindBy(raft.knows, [knows]) !== null
}

/** A leader was heard a moment ago: nobody else gets a vote. */
function isBound(raft: RaftState): boolean {
  return isInContact(raft) && !hasBug('raft-vote-in-contact')
}

function refusal(raft: RaftState, from: MemberId): void {
  raft.counters.refusedVotes++
  raft.out.note('debug', 'raft.vote-refused', {
    member: raft.self,
    candidate: from,
    term: raft.term,
  })
}

function answer(
  raft: RaftState,
  to: MemberId,
  vote: { pre: boolean; granted: boolean; term: number },
): void {
  const message: VoteAnswer = { kind: 'voted', era: raft.era, ...vote }
  if (vote.pre || hasBug('raft-vote-not-persisted')) raft.out.send(to, message)
  else raft.out.sendAfterWrite(to, message)
}

/** The leader hands over (thesis 3.10): stand at once, without PreVote. */
export function onTimeoutNow(raft: RaftState): void {
  if (mayStand(raft) && raft.role === 'follower') campaign(raft, { transfer: true, force: false })
}
