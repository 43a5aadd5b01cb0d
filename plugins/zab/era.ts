// Entering an era and becoming intact in it. Why this is safe stands at the heads of recovery.ts and of
// quorate/plugin's losses.

import { hasBug } from 'quorate/plugin'
import type { ZabState } from './state.js'

/** Refilled? Called once per Ready. */
export function checkRefilled(zab: ZabState): void {
  const { following, losses } = zab
  if (zab.recovering === null || zab.entering || following === null) return
  if (hasBug('zab-refilled-too-soon')) zab.becomeIntact()
  if (following.stage !== 'broadcast') return
  const { target } = losses
  const reached = Math.min(following.matched, zab.log.stable)
  if (target === null || target.term !== following.epoch || reached < target.index) return
  losses.target = null
  refilled(zab)
}

/** Its log has all that was committed. A list that it knew before may be of an entry that nobody has any more. */
export function refilled(zab: ZabState): void {
  zab.becomeIntact()
  const { ofBase } = zab.memberLog
  if (ofBase === null || hasBug('zab-refilled-keeps-list')) return
  zab.installMembers(ofBase.index, ofBase.members, true)
}

/** A quorum promised the founding epoch: the founder's history is that of the new era. */
export function foundEra(zab: ZabState, era: number): void {
  zab.enterEra(era, describeLoss(era))
  zab.enteredEra()
  zab.becomeIntact()
  zab.rememberPromises()
  zab.losses.lossAccepted = false
  zab.losses.blocked = ''
  zab.losses.waits = ''
  const { self: member, acceptedEpoch: epoch } = zab
  zab.out.note('warn', 'zab.era-begun', { member, era, epoch, last: zab.tail.last })
}

/** A leader of a newer era: our log is worth only as much as it agrees with that leader's. */
export function joinEra(zab: ZabState, era: number): void {
  zab.enterEra(era, describeLoss(era))
  beginAnew(zab)
  // One that is on its way to the disk takes the place of what the engine holds.
  zab.needsSnapshot = zab.snapshotEra !== null && !hasBug('zab-snapshot-enters-era')
  const { self: member, acceptedEpoch: epoch } = zab
  zab.out.note('warn', 'zab.era-joined', { member, era, epoch })
}

/** A snapshot of an era that ended took the place of the state: what was taken of this one since is gone. */
export function leaveEra(zab: ZabState): void {
  zab.enteredEra(false)
  zab.needsSnapshot = true
  beginAnew(zab)
}

function beginAnew(zab: ZabState): void {
  zab.becomeRecovering(zab.durability === 'always' ? 'accept-loss' : 'unclean-stop')
  if (zab.following !== null) {
    zab.following.matched = 0
    zab.following.ack = null
  }
  zab.losses.forget()
}

function describeLoss(era: number): string {
  if (hasBug('raft-era-unsaid')) return ''
  return `era ${era} was begun without a majority of intact members: writes acknowledged before it may be lost`
}
