// What a turn brought is gathered by the role, and leaves as one numbered Ready. The shard calls it at
// the end of a turn until it answers null.

import { hasBug, type Ready, takeReady as drain } from 'quorate/plugin'
import { votePersisted } from './candidate.js'
import { checkRefilled } from './era.js'
import { flushAck } from './follower.js'
import { encodeHardState } from './hard-state.js'
import { advanceCommit } from './leader.js'
import { flushFollowerReads, flushLeaderReads } from './read-index.js'
import { flushAppends } from './replication.js'
import type { RaftState } from './state.js'

export function takeReady(raft: RaftState): Ready | null {
  flush(raft)
  const { log, out, options } = raft
  const isDirty = raft.isHardDirty
  const ready = drain(log, out, {
    hard: {
      isDirty,
      mustSync: !hasBug('raft-state-not-synced'),
      term: raft.term,
      encode: () => encodeHardState(stateToKeep(raft)),
    },
    // Once it is on our own disk, so that a checkpoint never runs ahead of the log.
    deliverTo: raft.entering || raft.role === 'halted' ? 0 : Math.min(raft.commit, raft.stable),
    applyBytes: options.applyBytes,
    syncs: raft.durability === 'always' || raft.areMembersNew,
    mono: raft.mono,
  })
  if (isDirty) raft.isHardDirty = false
  if (ready !== null) raft.areMembersNew = false
  return ready
}

/** The steps that gather what a whole turn brought. */
function flush(raft: RaftState): void {
  if (raft.role === 'halted') return
  const { leading } = raft
  if (leading !== null) {
    advanceCommit(raft, leading)
    if (raft.leading === leading) {
      flushLeaderReads(raft, leading)
      flushAppends(raft, leading)
      return
    }
  }
  checkRefilled(raft)
  flushFollowerReads(raft)
  flushAck(raft)
}

function stateToKeep(raft: RaftState): RaftState['hard'] {
  if (raft.log.reset === null || !hasBug('raft-lost-term-on-reset')) return raft.hard
  return { ...raft.hard, term: raft.log.reset.at.term, vote: null }
}

/** The write of a Ready is on disk, and all before it. */
export function writePersisted(raft: RaftState, batch: number): void {
  raft.log.persisted(batch, (write) => {
    if (write.term === raft.term && raft.vote !== null)
      votePersisted(raft, raft.mono - write.begunAt)
  })
  if (raft.leading !== null) advanceCommit(raft, raft.leading)
  raft.log.evict()
}
