// What a turn brought is gathered by the phase, and leaves as one numbered Ready. The shard calls it at
// the end of a turn until it answers null.

import { hasBug, type Ready, takeReady as drain } from 'quorate/plugin'
import { flushBarriers, flushSync } from './barrier.js'
import { advanceCommit, flushBroadcast } from './broadcast.js'
import { countPromises } from './discovery.js'
import { checkRefilled } from './era.js'
import { encodeHardState } from './hard-state.js'
import { flushAck } from './learner.js'
import type { ZabState } from './state.js'
import { flushNewLeader, settleEpoch, settleHistory } from './synchronisation.js'

export function takeReady(zab: ZabState): Ready | null {
  if (zab.halted === '') flush(zab)
  const { log, out, options } = zab
  const isDirty = zab.isHardDirty
  const ready = drain(log, out, {
    hard: {
      isDirty,
      mustSync: !hasBug('zab-state-not-synced'),
      term: zab.acceptedEpoch,
      encode: () => encodeHardState(zab.hard),
    },
    // Once it is on our own disk: the engine never runs ahead of the log (ZB12).
    deliverTo: zab.entering || zab.halted !== '' ? 0 : deliverTo(zab),
    applyBytes: options.applyBytes,
    syncs: zab.durability === 'always' || zab.areMembersNew,
    mono: zab.mono,
  })
  if (isDirty && ready !== null) zab.leaves(ready.batch)
  if (ready !== null) zab.areMembersNew = false
  return ready
}

function deliverTo({ log }: ZabState): number {
  return hasBug('zab-memory-ahead') ? log.commit : Math.min(log.commit, log.stable)
}

/** The steps that gather what a whole turn brought. */
function flush(zab: ZabState): void {
  const { leading } = zab
  if (leading === null) {
    settleHistory(zab)
    checkRefilled(zab)
    flushSync(zab)
    flushAck(zab)
    return
  }
  countPromises(zab, leading)
  if (leading.newLeader === null) return
  settleEpoch(zab, leading)
  advanceCommit(zab, leading)
  flushBarriers(zab, leading)
  flushBroadcast(zab, leading)
  flushNewLeader(zab, leading)
}

/** The write of a Ready is on disk, and all before it. */
export function writePersisted(zab: ZabState, batch: number): void {
  zab.log.persisted(batch, () => undefined)
  zab.persisted(batch)
  if (zab.leading !== null) advanceCommit(zab, zab.leading)
  zab.log.evict()
}
