// What time brings a leader: pings, the question whether a quorum still listens, and slow barriers.

import type { MemberId, Progress } from 'quorate/plugin'
import { hurryBarriers } from './barrier.js'
import { leaderInfo } from './discovery.js'
import { handOver } from './handover.js'
import { abdicate, type Leading } from './leading.js'
import { notify } from './notification.js'
import { sendPings } from './pings.js'
import type { ZabState } from './state.js'

/** Milliseconds without a proposal after which a leader counts as idle. */
const idleAfterMs = 1_000
/** It pings so much more seldom then, as far as two pings fit well into the bound on silence. */
const idleSlowdown = 3
const idleShare = 0.4

export function leadTick(zab: ZabState, leading: Leading): void {
  const { mono, options } = zab
  const { transfer } = leading
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
  leading.pingAt = mono + pingInterval(zab, leading)
  if (leading.stage !== 'broadcast') {
    for (const id of zab.others()) {
      if (!leading.infos.has(id)) notify(zab, id)
      else if (leading.stage === 'discovery' && !leading.promises.has(id))
        leaderInfo(zab, leading, id)
    }
  }
  sendPings(zab, leading)
}

/** An idle group pings less often, for an idle cluster costs little else: still twice in the bound on silence. */
function pingInterval({ mono, options }: ZabState, { stage, proposedAt }: Leading): number {
  const { heartbeatMs, silenceMs } = options
  if (stage !== 'broadcast' || mono - proposedAt < idleAfterMs) return heartbeatMs
  return Math.max(
    heartbeatMs,
    Math.min(heartbeatMs * idleSlowdown, Math.floor(silenceMs * idleShare)),
  )
}

export function leadWakeAt(_zab: ZabState, leading: Leading): number {
  if (leading.progress.size === 0) return Number.MAX_SAFE_INTEGER
  const transferAt = leading.transfer?.deadline ?? Number.MAX_SAFE_INTEGER
  return Math.min(leading.pingAt, leading.checkAt, transferAt, leading.reads.wakeAt())
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
