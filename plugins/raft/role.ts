// What all roles share: falling back to follower, and the clocks of an election. A candidate or an older
// leader becomes a follower as soon as it hears of a greater term.

import type { MemberId } from 'quorate/plugin'
import type { Following } from './follower.js'
import { dropFollowerReads, dropLeaderReads } from './read-index.js'
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
  return raft.mono - raft.following.contactAt < raft.options.electionMinMs
}

/** The link to the leader closed: campaign soon, staggered so that the followers rarely collide. */
export function leaderLinkDown(raft: RaftState): void {
  if (raft.options.lease) return
  const { following } = raft
  raft.leader = null
  dropFollowerReads(raft)
  following.contactAt = never
  following.quickTries = 5
  following.deadline = Math.min(following.deadline, raft.mono + quickDelay(raft))
}

/** 10 to 80 ms, sooner for members of lower rank. */
export function quickDelay(raft: RaftState): number {
  const rank = Math.max(0, raft.members.voters.indexOf(raft.self)) % 3
  return 10 + rank * 20 + raft.random.below(30)
}

/** Everything that only a leader has goes. */
function stopLeading(raft: RaftState): void {
  raft.counters.stepDowns++
  raft.out.note('info', 'raft.stepped-down', { member: raft.self, term: raft.term })
  dropLeaderReads(raft)
  // Another leader may bring the change to its end, or undo it.
  const change = raft.leading?.change ?? null
  if (change !== null) raft.out.drop(change, 'not-leader', false)
  raft.leading = null
}
