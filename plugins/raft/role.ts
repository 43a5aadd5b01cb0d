// What all roles share: falling back to follower, and the clocks of an election. A candidate or an older
// leader becomes a follower as soon as it hears of a greater term.

import type { MemberId } from 'quorate/plugin'
import type { Following } from './follower.js'
import { dropFollowerReads, dropLeaderReads } from './read-index.js'
import { leaderHeardAt } from './rest.js'
import { never, type RaftState } from './state.js'

export function makeFollowing(raft: RaftState): Following {
  return {
    // Under a lease a restarted member may have promised the leader silence that it forgot.
    contactAt: raft.options.lease ? raft.mono : never,
    // A lone voter waits for nobody.
    deadline: raft.mono + (raft.isLoneVoter ? 0 : electionDelay(raft)),
    quickTries: 0,
    matched: 0,
    ack: null,
    fence: 0,
  }
}

/** A random silence after which to campaign (Raft 5.2). */
export function electionDelay(raft: RaftState): number {
  return raft.random.between(raft.options.electionMinMs, raft.options.electionMaxMs)
}

/** Enters `term` if it is greater; `leader` is null while nobody is known to lead it. */
export function becomeFollower(raft: RaftState, term: number, leader: MemberId | null): void {
  if (raft.role === 'halted') return
  const { following } = raft
  if (raft.leading !== null) stopLeading(raft)
  if (term > raft.term) {
    raft.enterTerm(term)
    following.matched = 0
    following.ack = null
  }
  if (raft.leader !== leader) dropFollowerReads(raft)
  raft.role = 'follower'
  raft.candidacy = null
  raft.leader = leader
  following.deadline = raft.mono + electionDelay(raft)
}

/** Whether a live leader was heard within the least election timeout (RF16). */
export function isInContact(raft: RaftState): boolean {
  if (raft.role === 'leader') return true
  return raft.mono - leaderHeardAt(raft) < raft.options.electionMinMs
}

/** It is time to campaign, unless the leader was heard while all rest. */
export function hearsLeader(raft: RaftState): boolean {
  const { following } = raft
  const at = leaderHeardAt(raft)
  if (at <= following.contactAt) return false
  following.contactAt = at
  following.deadline = at + electionDelay(raft)
  return raft.mono < following.deadline
}

/** The link to the leader closed: campaign soon, staggered so that the followers rarely collide. */
export function leaderLinkDown(raft: RaftState): void {
  if (raft.options.lease) return
  const { following, leader } = raft
  raft.leader = null
  dropFollowerReads(raft)
  following.contactAt = never
  following.quickTries = 5
  following.deadline = Math.min(following.deadline, raft.mono + quickDelay(raft, leader))
}

/**
 * 10 to 80 ms, so that those who lost a leader at the same time do not stand at the same time. Who comes first goes
 * round by group: survivors share the groups that it led.
 */
export function quickDelay(raft: RaftState, lost: MemberId | null): number {
  const order = raft.members.voters.filter((id) => id !== lost)
  const rank =
    ((Math.max(0, order.indexOf(raft.self)) + raft.group) % Math.max(1, order.length)) % 3
  return 10 + rank * 25 + raft.random.below(20)
}

/** Everything that only a leader has goes. */
function stopLeading(raft: RaftState): void {
  raft.counters.stepDowns++
  raft.out.note('info', 'raft.stepped-down', { member: raft.self, term: raft.term })
  dropLeaderReads(raft)
  // Another leader may bring the change to its end, or undo it.
  const change = raft.leading?.change ?? null
  if (change !== null) raft.out.drop(change, 'not-leader', false)
  // Nobody will tell it what becomes of what it took.
  if (!raft.isVoter) raft.log.dropTokens(raft.commit)
  raft.out.askNoSnapshots()
  raft.leading = null
}
