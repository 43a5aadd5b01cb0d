// What a zab member says of itself: for `quorate status`, for the shard and for the simulator's checks.

import {
  type Hash64,
  hasBug,
  peerStatuses,
  rebasedChain,
  type StrategyStatus,
} from 'quorate/plugin'
import type { ZabState } from './state.js'

export function describe(zab: ZabState): StrategyStatus {
  const { log, tail, following, leading } = zab
  const serving = following?.stage === 'broadcast' ? following.leader : null
  const isAlone = zab.isAlone && zab.durability === 'none'
  return {
    role: roleOf(zab),
    leader: leading?.stage === 'broadcast' ? zab.self : serving,
    term: zab.acceptedEpoch,
    era: zab.era,
    commit: log.commitPosition,
    last: tail.position,
    first: tail.first,
    // A lone member without a log on disk computes no chain only to be asked for its status.
    chain: isAlone ? rebasedChain(tail.position) : (tail.chainAt(tail.last) as Hash64),
    members: zab.members,
    peers:
      leading === null || leading.stage !== 'broadcast'
        ? []
        : peerStatuses(
            { member: zab.self, match: log.stable },
            leading.progress,
            zab.mono - zab.options.silenceMs,
          ),
    recovering: zab.recovering,
    why: whyOf(zab),
    loss: zab.hard.loss,
    counters: { ...zab.counters, currentEpoch: zab.currentEpoch },
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
  if (!zab.isVoter) return 'learner'
  return zab.following?.stage === 'broadcast' ? 'follower' : 'candidate'
}
