// What time brings a leader: pings, the question whether a quorum still listens, and slow barriers.

import type { MemberId, Progress } from 'quorate/plugin'
import { hurryBarriers } from './barrier.js'
import { leaderInfo } from './discovery.js'
import { handOver } from './handover.js'
import { abdicate, type Leading } from './leading.js'
import { notify } from './notification.js'
import { sendPings } from './pings.js'
import { hearLearners, isIdle, isQuiet, pingInterval } from './rest.js'
import type { ZabState } from './state.js'

export function leadTick(zab: ZabState, leading: Leading): void {
  const { mono, options } = zab
  const { transfer } = leading
  hearLearners(zab, leading)
  if (transfer !== null && mono >= transfer.deadline) leading.transfer = null
  if (mono >= leading.checkAt) {
    leading.checkAt = mono + Math.floor(options.silenceMs / 2)
    const why = whyToAbdicate(zab, leading)
    if (why !== '') {
      abdicate(zab, why)
      return
    }
    // There may have been nobody to hand over to when the disk ran short.
    if (zab.diskShort && leading.transfer === null) handOver(zab, null)
  }
  hurryBarriers(zab, leading)
  if (mono < leading.pingAt) return
  leading.pingAt = mono + pingInterval(zab, isIdle(zab, leading))
  if (leading.stage !== 'broadcast') {
    for (const id of zab.others()) {
      if (!leading.infos.has(id)) notify(zab, id)
      else if (leading.stage === 'discovery' && !leading.promises.has(id))
        leaderInfo(zab, leading, id)
    }
  }
  if (!isQuiet(zab)) sendPings(zab, leading)
}

export function leadWakeAt(zab: ZabState, leading: Leading): number {
  if (leading.progress.size === 0) return Number.MAX_SAFE_INTEGER
  const transferAt = leading.transfer?.deadline ?? Number.MAX_SAFE_INTEGER
  const pings = isQuiet(zab) ? transferAt : Math.min(leading.pingAt, leading.checkAt)
  return Math.min(pings, transferAt, leading.reads.wakeAt())
}

function whyToAbdicate(zab: ZabState, leading: Leading): string {
  const since = zab.mono - zab.options.silenceMs
  let active = 0
  let isSnapshotUnderWay = false
  for (const id of zab.members.voters) {
    const peer = leading.progress.get(id)
    if (peer === undefined) active++
    else {
      if (peer.activeAt >= since && counts(leading, id, peer)) active++
      if (peer.state === 'snapshot') isSnapshotUnderWay = true
    }
  }
  if (active < zab.quorum) return 'no quorum of active followers'
  if (leading.stage === 'broadcast' || isSnapshotUnderWay) return ''
  return zab.mono - leading.stepAt > zab.options.initMs ? 'no quorum in time' : ''
}

/** Whether a member can help this leader: to be one, and to stay one. */
function counts({ stage, infos, founding }: Leading, id: MemberId, peer: Progress): boolean {
  if (stage === 'broadcast') return !peer.recovering
  return founding > 0 || infos.get(id)?.counts === true
}
