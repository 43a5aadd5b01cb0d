// Where the log and the engine's state meet: starting anew from a snapshot that the shard installed.
// Snapshot bytes never pass here.

import { type Hash64, hasBug, type MemberId, type Members, type Position } from 'quorate/plugin'
import { leaveEra } from './era.js'
import { acknowledgeCommitted } from './follower.js'
import { becomeFollower, electionDelay, isInContact } from './role.js'
import { type RaftState, termJumpMax } from './state.js'

/** Whether a snapshot at `at` that `from` offers would help. */
export function acceptsSnapshot(
  raft: RaftState,
  offer: { from: MemberId; term: number; at: Position },
): boolean {
  const { from, term, at } = offer
  if (raft.role === 'halted' || raft.role === 'leader' || raft.diskShort) return false
  if (term < raft.term || term > raft.term + termJumpMax) return false
  // A leader may be new to us; who was taken out may not speak against the one that is heard.
  if (!raft.isMember(from) && raft.leader !== from && isInContact(raft)) return false
  if (raft.leader !== null && raft.leader !== from && term === raft.term) return false
  // Entering an era, our commit index is of a history that ended.
  if (at.index <= raft.commit && !raft.needsSnapshot && !raft.entering) {
    // Its leader forgot what this member has, and would offer it again and again.
    if (raft.leader === from && term === raft.term) acknowledgeCommitted(raft, from)
    return false
  }
  if (term > raft.term || raft.leader !== from) becomeFollower(raft, term, from)
  raft.following.contactAt = raft.mono
  raft.following.deadline = raft.mono + electionDelay(raft)
  return true
}

/** The engine is now exactly at `at`. The log behind it stays only where it surely continues from there. */
export function snapshotInstalled(
  raft: RaftState,
  { at, chain, members }: { at: Position; chain: Hash64; members: Members },
): void {
  raft.counters.snapshotsInstalled++
  raft.out.note('info', 'raft.snapshot-installed', {
    member: raft.self,
    term: at.term,
    index: at.index,
  })
  const isOfOldEra =
    raft.snapshotEra !== null && raft.snapshotEra < raft.era && !hasBug('raft-snapshot-enters-era')
  raft.snapshotEra = null
  const stays = raft.log.install(at, chain, raft.entering || isOfOldEra)
  raft.installMembers(at.index, members, stays)
  if (!stays) {
    raft.following.matched = 0
    raft.following.ack = null
  }
  if (isOfOldEra) {
    if (raft.leading !== null) becomeFollower(raft, raft.term, null)
    leaveEra(raft)
    return
  }
  raft.enteredEra()
  raft.needsSnapshot = false
  if (raft.leader === null || raft.role !== 'follower') return
  raft.following.matched = Math.max(raft.following.matched, at.index)
  raft.following.ack = { to: raft.leader, index: at.index, fence: raft.following.fence }
}
