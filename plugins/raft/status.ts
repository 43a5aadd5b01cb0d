// What a raft member says of itself: for `quorate status`, for the shard and for the simulator's checks.

import {
  hasBug,
  type Hash64,
  type PeerStatus,
  peerStatuses,
  rebasedChain,
  type StrategyStatus,
} from 'quorate/plugin'
import type { RaftState } from './state.js'

export function describe(raft: RaftState): StrategyStatus {
  return {
    role: roleOf(raft),
    leader: raft.leader,
    term: raft.term,
    era: raft.era,
    commit: raft.log.commitPosition,
    last: raft.tail.position,
    first: raft.tail.first,
    chain: lastChain(raft),
    members: raft.members,
    peers: peersOf(raft),
    recovering: raft.recovering,
    why: whyOf(raft),
    loss: raft.hard.loss,
    counters: { ...raft.counters },
  }
}

function whyOf(raft: RaftState): string {
  const { losses } = raft
  if (raft.why !== '') return raft.why
  if (losses.blocked !== '') return losses.blocked
  if (losses.waits !== '') return losses.waits
  return raft.hard.votesForgotten
    ? 'does not vote until it heard the term of every other voter'
    : ''
}

function roleOf(raft: RaftState): StrategyStatus['role'] {
  if (hasBug('raft-halt-unsaid') && raft.role !== 'leader') return 'follower'
  if (raft.role === 'halted' || raft.losses.blocked !== '') return 'halted'
  if (raft.role === 'leader') return 'leader'
  if (raft.recovering !== null) return 'recovering'
  if (!raft.isVoter) return 'learner'
  return raft.role
}

/** A lone member without a log on disk computes no chain only to be asked for its status. */
function lastChain(raft: RaftState): Hash64 {
  if (raft.isAlone && raft.durability === 'none') return rebasedChain(raft.tail.position)
  return raft.tail.chainAt(raft.tail.last) as Hash64
}

function peersOf(raft: RaftState): PeerStatus[] {
  const { leading } = raft
  if (leading === null) return []
  const self = { member: raft.self, match: raft.stable }
  return peerStatuses(self, leading.progress, raft.mono - raft.options.electionMaxMs)
}
