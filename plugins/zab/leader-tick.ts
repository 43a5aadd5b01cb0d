// What time brings a leader: pings, the question whether a quorum still listens, and slow barriers.

import type { MemberId, Progress } from 'quorate/plugin'
import { hurryBarriers } from './barrier.js'
import { leaderInfo } from './discovery.js'
import { handOver } from './handover.js'
import { abdicate, type Leading } from './leading.js'
import { notify } from './notification.js'
import { forget, goOn } from './reconfigure.js'
import { sendPings } from './pings.js'
import { hearLearners, isIdle, isQuiet, pingInterval } from './rest.js'
import { never, type ZabState } from './state.js'

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
  membersTick(zab, leading)
  if (zab.leading !== leading || mono < leading.pingAt) return
  leading.pingAt = mono + pingInterval(zab, isIdle(zab, leading))
  for (const id of zab.others()) call(zab, leading, id)
  if (!isQuiet(zab)) sendPings(zab, leading)
}

/** Members that come and go. */
function membersTick(zab: ZabState, leading: Leading): void {
  goOn(zab, leading)
  const { leaving } = leading
  for (const [id, until] of leaving) if (zab.mono >= until) forget(leading, id)
  if (!leading.isLeaving || leading.transfer !== null) return
  // Nobody took over in time: the others find a leader without its help.
  sendPings(zab, leading)
  abdicate(zab, 'it was taken out')
}

/** Who is not heard may not know of this leader, nor that it is a member. */
function call(zab: ZabState, leading: Leading, id: MemberId): void {
  const { infos, stage, promises, progress } = leading
  const isSilent = zab.mono - (progress.get(id)?.activeAt ?? never) > zab.options.silenceMs
  if (!infos.has(id) || (stage === 'broadcast' && isSilent)) notify(zab, id)
  else if (stage === 'discovery' && !promises.has(id)) leaderInfo(zab, leading, id)
}

export function leadWakeAt(zab: ZabState, leading: Leading): number {
  if (leading.progress.size === 0) return Number.MAX_SAFE_INTEGER
  if (leading.isLeaving && leading.transfer === null) return zab.mono
  const transferAt = leading.transfer?.deadline ?? Number.MAX_SAFE_INTEGER
  const pings = isQuiet(zab) ? transferAt : Math.min(leading.pingAt, leading.checkAt)
  return Math.min(pings, transferAt, leading.reads.wakeAt(), leading.holding.wakeAt())
}

function whyToAbdicate(zab: ZabState, leading: Leading): string {
  const since = zab.mono - zab.options.silenceMs
  let isSnapshotUnderWay = false
  const isQuorum = zab.decides((id) => {
    const peer = leading.progress.get(id)
    if (peer === undefined) return true
    if (peer.state === 'snapshot') isSnapshotUnderWay = true
    return peer.activeAt >= since && counts(leading, id, peer)
  })
  if (!isQuorum) return 'no quorum of active followers'
  if (leading.stage === 'broadcast' || isSnapshotUnderWay) return ''
  return zab.mono - leading.stepAt > zab.options.initMs ? 'no quorum in time' : ''
}

/** Whether a member can help this leader: to be one, and to stay one. */
function counts({ stage, infos, founding }: Leading, id: MemberId, peer: Progress): boolean {
  if (stage === 'broadcast') return !peer.recovering
  return founding > 0 || infos.get(id)?.counts === true
}
