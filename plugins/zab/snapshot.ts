// SNAP at a learner: where the log and the engine's state meet. Snapshot bytes never pass here.

import { type Hash64, hasBug, type MemberId, type Members, type Position } from 'quorate/plugin'
import { leaveEra } from './era.js'
import { abdicate } from './leading.js'
import type { ZabState } from './state.js'

/** Whether a snapshot at `at` that `from` offers would help. */
export function acceptsSnapshot(
  zab: ZabState,
  offer: { readonly from: MemberId; readonly epoch: number; readonly at: Position },
): boolean {
  const { following } = zab
  if (following === null || following.leader !== offer.from || zab.diskShort) return false
  if (following.epoch !== offer.epoch) return false
  // Entering an era, our commit index is of a history that ended.
  if (offer.at.index <= zab.log.commit && !zab.needsSnapshot && !zab.entering) return false
  following.contactAt = zab.mono
  return true
}

/** The engine is now exactly at `at`. */
export function snapshotInstalled(
  zab: ZabState,
  { at, chain, members }: { at: Position; chain: Hash64; members: Members },
): void {
  const { following } = zab
  zab.counters.snapshotsInstalled++
  const { term: epoch, index } = at
  zab.out.note('info', 'zab.snapshot-installed', { member: zab.self, epoch, index })
  const isOfOldEra =
    zab.snapshotEra !== null && zab.snapshotEra < zab.era && !hasBug('zab-snapshot-enters-era')
  zab.snapshotEra = null
  const stays = zab.log.install(at, chain, zab.entering || isOfOldEra)
  if (!hasBug('zab-snapshot-without-members')) zab.installMembers(index, members, stays)
  if (!stays && following !== null) {
    following.matched = 0
    following.ack = null
  }
  if (hasBug('zab-snapshot-in-memory-only')) zab.log.reset = null
  if (isOfOldEra) {
    abdicate(zab, 'its state is that of an era that ended')
    leaveEra(zab)
    return
  }
  zab.enteredEra()
  zab.needsSnapshot = false
  if (following === null || following.epoch === 0) return
  following.matched = Math.max(following.matched, at.index)
  following.ack = Math.max(following.ack ?? 0, at.index)
}
