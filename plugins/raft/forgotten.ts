// A member that lacks what an earlier run of it acknowledged, and takes its disk for whole: that is an older copy of
// itself. Only the leader that heard the acknowledgement can tell; other leaders know nothing of it.

import type { MemberId } from 'quorate/plugin'
import type { Forgotten } from './messages.js'
import type { RaftState } from './state.js'

/** At the leader, of any answer: it may not have heard yet. `told` is what it forgot, if anything. */
export function tellForgotten(
  raft: RaftState,
  to: MemberId,
  told: Pick<Forgotten, 'life' | 'index'> | null,
): void {
  const { era, term } = raft
  if (told !== null) raft.out.send(to, { kind: 'forgotten', era, term, ...told })
}

/** At the member: it votes for nobody, and counts for nothing, until it is refilled. */
export function onForgotten(raft: RaftState, from: MemberId, { life, index }: Forgotten): void {
  const { leader, recovering, log } = raft
  if (leader !== from || life !== raft.life || recovering !== null || log.stable >= index) return
  raft.out.note('error', 'raft.old-copy', { member: raft.self, leader, index, last: log.stable })
  raft.lose('log-damaged')
}
