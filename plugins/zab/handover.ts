// Handing over: the leader stops taking proposals, brings the target up to date and tells it to take over.
// The target goes straight to discovery and calls the others, who leave the old leader for it; it wins,
// because nobody has a later history. The old leader goes on if nothing comes of it.

import { bestPeer, hasBug, type MemberId, type Refusal } from 'quorate/plugin'
import type { Leading } from './leading.js'
import type { ZabState } from './state.js'

export interface Handover {
  readonly to: MemberId
  readonly deadline: number
  isTold: boolean
  /** The second try: there is no third, so that a leader whose target never takes over proposes on. */
  readonly isAgain: boolean
}

/** `to` null: the voter that is most up to date. */
export function handOver(zab: ZabState, to: MemberId | null): Refusal | null {
  const { leading, following } = zab
  if (leading === null || leading.stage !== 'broadcast')
    return { reason: 'not-leader', leader: following?.leader ?? null }
  if (to === zab.self) return null
  const since = zab.mono - zab.options.silenceMs
  // Of those that stay, while a change of voters is open.
  const { voters } = zab.members
  const others = voters.filter((id) => id !== zab.self)
  const target = to ?? bestPeer(others, leading.progress, since)
  const peer = target === null ? undefined : leading.progress.get(target)
  if (target === null || peer === undefined || peer.recovering || !voters.includes(target))
    return { reason: 'busy' }
  const pending = leading.transfer
  if (pending?.to === target && pending.isAgain) return null
  // Asked again it begins anew: the target may not have heard it, or could not lead when it did.
  const deadline = zab.mono + zab.options.silenceMs * 2
  leading.transfer = { to: target, deadline, isTold: false, isAgain: pending !== null }
  const { self: member } = zab
  zab.out.note('info', 'zab.transfer', { member, to: target, epoch: leading.epoch })
  catchUpDone(zab, leading, target)
  return null
}

/** Tells the target to take over once it has everything. */
export function catchUpDone(zab: ZabState, leading: Leading, from: MemberId): void {
  const plan = leading.transfer
  if (plan === null || plan.to !== from || plan.isTold) return
  const peer = leading.progress.get(from)
  if (peer === undefined) return
  if (peer.match < zab.tail.last && !hasBug('zab-transfer-skips-catchup')) return
  plan.isTold = true
  zab.counters.transfers++
  zab.out.send(from, { kind: 'take-over', era: zab.era, epoch: leading.epoch })
}
