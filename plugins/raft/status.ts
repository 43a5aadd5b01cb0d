// What a raft member says of itself: for `quorate status`, for the shard and for the simulator's checks. A shard
// asks several times a turn, but not for what has to be looked up: that is found out when somebody reads it.

import {
  hasBug,
  type Hash64,
  type MemberId,
  type Members,
  type PeerStatus,
  peerStatuses,
  type Position,
  rebasedChain,
  type RecoveryCause,
  type StrategyStatus,
} from 'quorate/plugin'
import type { RaftState } from './state.js'

export function describe(raft: RaftState): StrategyStatus {
  return new RaftStatus(raft)
}

class RaftStatus implements StrategyStatus {
  readonly role: StrategyStatus['role']
  readonly leader: MemberId | null
  readonly term: number
  readonly era: number
  readonly commit: Position
  readonly last: Position
  readonly first: number
  readonly members: Members
  readonly recovering: RecoveryCause | null
  readonly why: string
  readonly loss: string
  readonly #raft: RaftState

  constructor(raft: RaftState) {
    this.role = roleOf(raft)
    this.leader = raft.leader
    this.term = raft.term
    this.era = raft.era
    this.commit = raft.log.commitPosition
    this.last = raft.tail.position
    this.first = raft.tail.first
    this.members = raft.members
    this.recovering = raft.recovering
    this.why = whyOf(raft)
    this.loss = raft.hard.loss
    this.#raft = raft
  }

  /** A lone member without a log on disk computes no chain only to be asked for its status. */
  get chain(): Hash64 {
    const { log, durability, tail } = this.#raft
    if (log.isAlone && durability === 'none') return rebasedChain(tail.position)
    return tail.chainAt(tail.last) as Hash64
  }

  get peers(): PeerStatus[] {
    const { leading, self, stable, mono, options } = this.#raft
    if (leading === null) return []
    return peerStatuses(
      { member: self, match: stable },
      leading.progress,
      mono - options.electionMaxMs,
    )
  }

  get counters(): Readonly<Record<string, number>> {
    return { ...this.#raft.counters }
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
  if (!raft.isEligible) return 'learner'
  return raft.role
}
