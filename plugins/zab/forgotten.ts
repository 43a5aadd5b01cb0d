// A member that lacks what an earlier run of it acknowledged, and takes its disk for whole: that is an older copy of
// itself. Only the leader that heard the acknowledgement can tell; other leaders know nothing of it.

import type { MemberId } from 'quorate/plugin'
import type { Forgotten } from './messages.js'
import type { ZabState } from './state.js'

/** At the leader, of any answer: it may not have heard yet. `told` is what it forgot, if anything. */
export function tellForgotten(
  zab: ZabState,
  to: MemberId,
  told: Pick<Forgotten, 'life' | 'index'> | null,
): void {
  const { era, acceptedEpoch: epoch } = zab
  if (told !== null) zab.out.send(to, { kind: 'forgotten', era, epoch, ...told })
}

/** At the member: it votes for nobody, and counts for nothing, until it is refilled. */
export function onForgotten(
  zab: ZabState,
  from: MemberId,
  { epoch, life, index }: Forgotten,
): void {
  const { following, recovering, log } = zab
  if (following === null || following.leader !== from || following.epoch !== epoch) return
  if (life !== zab.life || recovering !== null || log.stable >= index) return
  zab.out.note('error', 'zab.old-copy', { member: zab.self, leader: from, index, last: log.stable })
  zab.lose('log-damaged')
}
