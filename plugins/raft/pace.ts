// How often a leader beats.

import type { Leading } from './leader.js'
import type { RaftState } from './state.js'

/** Milliseconds without a proposal after which a leader counts as idle. */
const idleAfterMs = 1_000
/** An idle group beats so much more seldom, as far as two beats fit well into the least election timeout. */
const idleSlowdown = 3
const idleShare = 0.45

export function isIdle(raft: RaftState, leading: Leading): boolean {
  return raft.mono - leading.proposedAt >= idleAfterMs
}

/**
 * An idle group beats less often, for an idle cluster costs little else; its leader may still stand still
 * for half of the least election timeout before a follower campaigns. A lease is renewed by heartbeats, so there they keep their pace.
 */
export function heartbeatInterval({ options }: RaftState, idle: boolean): number {
  const { heartbeatMs, electionMinMs, lease } = options
  if (lease || !idle) return heartbeatMs
  const slow = Math.min(heartbeatMs * idleSlowdown, Math.floor(electionMinMs * idleShare))
  return Math.max(heartbeatMs, slow)
}

/** The groups of a member beat together: their heartbeats share turns and frames. */
export function nextBeat(mono: number, interval: number): number {
  return (Math.floor(mono / interval) + 1) * interval
}
