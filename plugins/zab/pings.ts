// Signs of life: the leader's pings carry the commit index and the newest round of barriers, the answers
// carry what became of it, and show the leader what was lost on the way.

import { forgottenBy, type MemberId } from 'quorate/plugin'
import { takeCommit } from './broadcast.js'
import { hearLeader } from './following.js'
import { tellForgotten } from './forgotten.js'
import { hear, type Leading } from './leading.js'
import type { Ping, Pong } from './messages.js'
import type { ZabState } from './state.js'
import { remind } from './synchronisation.js'

/** To everybody that acknowledged the epoch, or to some of them. */
export function sendPings(
  zab: ZabState,
  leading: Leading,
  to: readonly MemberId[] | null = null,
): void {
  if (leading.newLeader === null) return
  const { epoch, fence, reads } = leading
  const { commit } = zab.log
  const ping: Ping = { kind: 'ping', era: zab.era, epoch, fence, round: reads.round, commit }
  for (const [id, peer] of leading.progress) {
    if (peer.life === 0 || (to !== null && !to.includes(id))) continue
    zab.out.send(id, ping)
    peer.commitSent = commit
  }
}

export function onPing(zab: ZabState, from: MemberId, message: Ping): void {
  const following = hearLeader(zab, from, message)
  if (following === null) return
  following.fence = message.fence
  takeCommit(zab, following, message.commit)
  const { epoch, fence, round } = message
  const isUpToDate = following.stage === 'broadcast'
  const recovering = zab.recovering !== null
  const { era, life } = zab
  const pong: Pong = { kind: 'pong', era, epoch, fence, round, isUpToDate, recovering, life }
  if (zab.isHardDirty) zab.out.sendAfterWrite(from, pong)
  else zab.out.send(from, pong)
}

export function onPong(zab: ZabState, from: MemberId, message: Pong): void {
  const { leading } = zab
  if (leading === null || leading.epoch !== message.epoch) return
  const peer = hear(zab, leading, { from, answer: message })
  if (peer === null) return
  const { round } = message
  if (round <= leading.reads.round && round > peer.round) {
    peer.round = round
  }
  peer.beaten()
  tellForgotten(zab, from, forgottenBy(peer, message))
  if (!message.isUpToDate) remind(zab, leading, from)
}
