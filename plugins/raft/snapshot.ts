// Where the log and the engine's state meet: cutting the log behind a checkpoint, and starting anew
// from a snapshot that the shard installed. Snapshot bytes never pass here.

import {
  assert,
  type Hash64,
  hasBug,
  hashEquals,
  type MemberId,
  type Position,
} from 'quorate/plugin'
import { becomeFollower, electionDelay } from './role.js'
import { type RaftState, termJumpMax } from './state.js'

/** Everything up to `position` is in a finished checkpoint: the log may go, save a margin for laggards. */
export function cutLog(raft: RaftState, position: Position): void {
  let to = Math.min(position.index, raft.applied, raft.stable)
  if (!raft.isAlone && raft.durability !== 'none') {
    let kept = 0
    while (to > raft.tail.base.index) {
      kept += raft.tail.sizeAt(to)
      if (kept > raft.options.keepBytes) break
      to--
    }
  }
  if (to <= raft.tail.base.index) return
  raft.tail.cut(to)
  if (raft.durability !== 'none') raft.out.cutTo = to
}

/** Whether a snapshot at `at` that `from` offers would help. */
export function acceptsSnapshot(
  raft: RaftState,
  offer: { from: MemberId; term: number; at: Position },
): boolean {
  const { from, term, at } = offer
  if (raft.role === 'halted' || raft.role === 'leader' || raft.diskShort) return false
  if (term < raft.term || term > raft.term + termJumpMax || !raft.isMember(from)) return false
  if (raft.leader !== null && raft.leader !== from && term === raft.term) return false
  // Entering an era, our commit index is of a history that ended.
  if (at.index <= raft.commit && !raft.needsSnapshot && !raft.entering) return false
  if (term > raft.term || raft.leader !== from) becomeFollower(raft, term, from)
  raft.following.contactAt = raft.mono
  raft.following.deadline = raft.mono + electionDelay(raft)
  return true
}

/** The engine is now exactly at `at`. The log behind it stays only where it surely continues from there. */
export function snapshotInstalled(raft: RaftState, at: Position, chain: Hash64): void {
  raft.counters.snapshotsInstalled++
  raft.out.note('info', 'raft.snapshot-installed', {
    member: raft.self,
    term: at.term,
    index: at.index,
  })
  raft.delivered = at.index
  raft.applied = at.index
  raft.unappliedBytes = 0
  if (!continues(raft, at, chain)) {
    assert(
      at.index >= raft.commit ||
        raft.entering ||
        raft.tail.evicted > at.index ||
        at.index < raft.tail.base.index,
      'a snapshot does not go back behind the commit index',
    )
    restart(raft, at, chain)
  }
  raft.commit = Math.max(raft.commit, at.index)
  raft.enteredEra()
  raft.needsSnapshot = false
  if (raft.leader === null || raft.role !== 'follower') return
  raft.following.matched = Math.max(raft.following.matched, at.index)
  raft.following.ack = { to: raft.leader, index: at.index, epoch: raft.following.epoch }
}

function continues(raft: RaftState, at: Position, chain: Hash64): boolean {
  if (hasBug('raft-snapshot-keeps-log') && at.index <= raft.tail.last) return true
  if (raft.entering || raft.tail.evicted > at.index) return false
  const own = raft.tail.chainAt(at.index)
  return raft.tail.termAt(at.index) === at.term && own !== null && hashEquals(own, chain)
}

function restart(raft: RaftState, at: Position, chain: Hash64): void {
  raft.dropTokens(0)
  raft.tail.reset(at, chain)
  raft.commit = at.index
  raft.saved = at.index
  raft.stable = at.index
  raft.following.matched = 0
  raft.following.ack = null
  for (const write of raft.writes) write.index = 0
  raft.out.reset = { at, chain }
  raft.out.cutTo = null
}
