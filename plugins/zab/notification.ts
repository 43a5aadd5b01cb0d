// What a member tells others of itself in an election, and at any time to who looks for a leader.

import type { MemberId } from 'quorate/plugin'
import type { Notification, Vote } from './messages.js'
import type { ZabState } from './state.js'

/** Whether this member may lead at all. */
export function mayLead(zab: ZabState): boolean {
  return zab.isEligible && zab.isWhole && !zab.entering && !zab.diskShort
}

export function ownVote(zab: ZabState): Vote {
  return { id: zab.self, era: zab.era, epoch: zab.currentEpoch, last: zab.tail.position }
}

/** Tells everybody what this member does and whom it would choose; who stands outside disturbs nobody. */
export function notifyAll(zab: ZabState): void {
  if (zab.isOutside) return
  zab.counters.notifications++
  const made = notification(zab)
  for (const id of zab.others()) zab.out.send(id, made)
}

export function notify(zab: ZabState, to: MemberId): void {
  zab.out.send(to, notification(zab))
}

function notification(zab: ZabState): Notification {
  const { looking, following, leading } = zab
  const none = { handover: 0, founding: 0, knows: null }
  const base = {
    kind: 'notification',
    era: zab.era,
    round: zab.round,
    counts: zab.isWhole,
  } as const
  if (leading !== null) {
    const { vote, epoch, handover, founding } = leading
    if (leading.stage === 'broadcast') return { ...base, ...none, state: 'leading', vote, epoch }
    const knows = founding > 0 ? zab.knows : null
    return { ...base, state: 'leading', vote, epoch: 0, handover, founding, knows }
  }
  if (following !== null) {
    const epoch = following.stage === 'broadcast' ? following.epoch : 0
    return { ...base, ...none, state: 'following', vote: following.vote, epoch }
  }
  return { ...base, ...none, state: 'looking', vote: looking?.vote ?? null, epoch: 0 }
}
