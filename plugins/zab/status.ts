// What a zab member says of itself: for `quorate status`, for the shard and for the simulator's checks. A shard
// asks several times a turn, but not for what has to be looked up: that is found out when somebody reads it.

import {
  type Hash64,
  hasBug,
  type MemberId,
  type Members,
  type PeerStatus,
  peerStatuses,
  type Position,
  rebasedChain,
  type RecoveryCause,
  type StrategyStatus,
} from 'quorate/plugin'
import type { ZabState } from './state.js'

export function describe(zab: ZabState): StrategyStatus {
  return new ZabStatus(zab)
}

class ZabStatus implements StrategyStatus {
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
  readonly #zab: ZabState

  constructor(zab: ZabState) {
    const { log, tail, following, leading } = zab
    const serving = following?.stage === 'broadcast' ? following.leader : null
    this.role = roleOf(zab)
    this.leader = leading?.stage === 'broadcast' ? zab.self : serving
    this.term = zab.acceptedEpoch
    this.era = zab.era
    this.commit = log.commitPosition
    this.last = tail.position
    this.first = tail.first
    this.members = zab.members
    this.recovering = zab.recovering
    this.why = whyOf(zab)
    this.loss = zab.hard.loss
    this.#zab = zab
  }

  /** A lone member without a log on disk computes no chain only to be asked for its status. */
  get chain(): Hash64 {
    const { log, durability, tail } = this.#zab
    if (log.isAlone && durability === 'none') return rebasedChain(tail.position)
    return tail.chainAt(tail.last) as Hash64
  }

  get peers(): PeerStatus[] {
    const { leading, log, self, mono, options } = this.#zab
    if (leading === null || leading.stage !== 'broadcast') return []
    return peerStatuses(
      { member: self, match: log.stable },
      leading.progress,
      mono - options.silenceMs,
    )
  }

  get counters(): Readonly<Record<string, number>> {
    return { ...this.#zab.counters, currentEpoch: this.#zab.currentEpoch }
  }
}

function whyOf(zab: ZabState): string {
  const { losses } = zab
  if (zab.halted !== '') return zab.halted
  if (losses.blocked !== '') return losses.blocked
  if (losses.waits !== '') return losses.waits
  return zab.hard.promisesForgotten
    ? 'promises no epoch until it heard the accepted epoch of every other voter'
    : ''
}

function roleOf(zab: ZabState): StrategyStatus['role'] {
  if (zab.halted !== '' || zab.losses.blocked !== '') return 'halted'
  if (zab.leading?.stage === 'broadcast') return 'leader'
  if (hasBug('zab-broadcasts-too-early') && zab.leading?.newLeader) return 'leader'
  if (zab.recovering !== null) return 'recovering'
  if (!zab.isEligible) return 'learner'
  return zab.following?.stage === 'broadcast' ? 'follower' : 'candidate'
}
