// Rest: a group in which nobody asks for anything, and all have everything, sends no heartbeats. Its members
// tell each other what they rest at, one message for all their groups, and that stands for heartbeats
// and their answers: leader and followers are heard by it as long as they say the same. It proves nothing: no
// read is granted and no entry committed by it.

import type { MemberId } from 'quorate/plugin'
import type { Leading } from './leader.js'
import { heartbeatInterval, isIdle } from './pace.js'
import type { RaftState } from './state.js'

/** Null while there is anything to say or to wait for. */
export function restMark(raft: RaftState): string | null {
  const { leader, log, tail } = raft
  if (leader === null || raft.rests === null || raft.options.lease) return null
  if (log.commit !== tail.last || raft.entering || raft.recovering !== null) return null
  const { leading } = raft
  if (leading === null ? !isFollowing(raft) : !isLeadingIdly(raft, leading)) return null
  return `${leader}.${raft.era}.${raft.term}.${tail.last}`
}

function isFollowing({ role, following, tail }: RaftState): boolean {
  return role === 'follower' && following.matched >= tail.last
}

/** Every follower has everything on its disk. */
function isLeadingIdly(raft: RaftState, leading: Leading): boolean {
  if (!isIdle(raft, leading) || raft.commit < leading.noop || raft.diskShort) return false
  if (leading.reads.isOpen || leading.transfer !== null) return false
  if (leading.change !== null || leading.leaving.size > 0) return false
  for (const peer of leading.progress.values()) {
    if (peer.match < raft.tail.last || peer.recovering || peer.state !== 'replicate') return false
  }
  return leading.progress.size > 0
}

/** What a leader hears of followers that rest is as good as answers, for CheckQuorum. */
export function hearFollowers(raft: RaftState, leading: Leading): void {
  const mark = restMark(raft)
  if (mark === null || raft.rests === null) return
  for (const [id, peer] of leading.progress) {
    peer.activeAt = Math.max(peer.activeAt, raft.rests.heardAt(id, mark))
  }
}

/** Monotonic ms at which a follower last heard of its leader, in whatever way. */
export function leaderHeardAt(raft: RaftState): number {
  const { contactAt } = raft.following
  const mark = raft.leading === null ? restMark(raft) : null
  if (mark === null || raft.rests === null) return contactAt
  return Math.max(contactAt, raft.rests.heardAt(raft.leader as MemberId, mark))
}

/** Everybody it depends on rests at the same, and says so: the leader all others, a follower the leader. */
export function isQuiet(raft: RaftState): boolean {
  const { rests, leading } = raft
  const mark = restMark(raft)
  if (mark === null || rests === null) return false
  if (leading === null) return rests.isHeard(raft.leader as MemberId, mark)
  for (const id of leading.progress.keys()) if (!rests.isHeard(id, mark)) return false
  return true
}

/** How often members have to hear of each other: as a leader beats that has nothing to do. */
export function restInterval(raft: RaftState): number {
  return heartbeatInterval(raft, true)
}
