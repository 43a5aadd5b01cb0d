// Rest: a group in which nobody asks for anything, and all have everything, sends no pings. Its members tell
// each other what they rest at, one message for all their groups, and that stands for pings and their
// answers: leader and learners are heard by it as long as they say the same. It proves nothing: no barrier is
// passed and nothing committed by it.

import type { MemberId } from 'quorate/plugin'
import type { Following } from './following.js'
import type { Leading } from './leading.js'
import type { ZabState } from './state.js'

/** Milliseconds without a proposal after which a leader counts as idle. */
const idleAfterMs = 1_000
/** It pings so much more seldom then, as far as two pings fit well into the bound on silence. */
const idleSlowdown = 3
const idleShare = 0.4

export function isIdle(zab: ZabState, { stage, proposedAt }: Leading): boolean {
  return stage === 'broadcast' && zab.mono - proposedAt >= idleAfterMs
}

/** An idle group pings less often, for an idle cluster costs little else: still twice in the bound on silence. */
export function pingInterval({ options }: ZabState, idle: boolean): number {
  const { heartbeatMs, silenceMs } = options
  if (!idle) return heartbeatMs
  const slow = Math.min(heartbeatMs * idleSlowdown, Math.floor(silenceMs * idleShare))
  return Math.max(heartbeatMs, slow)
}

/** Null while there is anything to say or to wait for. */
export function restMark(zab: ZabState): string | null {
  const { leading, following, log, tail } = zab
  if (zab.rests === null || zab.halted !== '') return null
  if (log.commit !== tail.last || zab.entering || zab.recovering !== null) return null
  if (leading !== null) {
    if (!isLeadingIdly(zab, leading)) return null
    return `${zab.self}.${zab.era}.${leading.epoch}.${tail.last}`
  }
  if (following === null || !isFollowing(zab, following)) return null
  return `${following.leader}.${zab.era}.${following.epoch}.${tail.last}`
}

/** Every learner acknowledged the epoch, and has everything on its disk. */
function isLeadingIdly(zab: ZabState, leading: Leading): boolean {
  if (!isIdle(zab, leading) || leading.reads.isOpen || leading.transfer !== null) return false
  if (zab.diskShort || leading.change !== null || leading.leaving.size > 0) return false
  for (const [id, peer] of leading.progress) {
    if (!leading.synced.has(id) || peer.recovering || peer.state !== 'replicate') return false
    if (peer.match < zab.tail.last) return false
  }
  return leading.progress.size > 0
}

function isFollowing({ tail }: ZabState, { stage, matched, commit }: Following): boolean {
  return stage === 'broadcast' && matched >= tail.last && commit <= tail.last
}

/** What a leader hears of learners that rest is as good as pongs. */
export function hearLearners(zab: ZabState, leading: Leading): void {
  const mark = restMark(zab)
  if (mark === null || zab.rests === null) return
  for (const [id, peer] of leading.progress) {
    peer.activeAt = Math.max(peer.activeAt, zab.rests.heardAt(id, mark))
  }
}

/** Monotonic ms at which a learner last heard of its leader, in whatever way. */
export function leaderHeardAt(zab: ZabState, { leader, contactAt }: Following): number {
  const mark = restMark(zab)
  if (mark === null || zab.rests === null) return contactAt
  return Math.max(contactAt, zab.rests.heardAt(leader, mark))
}

/** Everybody it depends on rests at the same, and says so: the leader all learners, a learner the leader. */
export function isQuiet(zab: ZabState): boolean {
  const { rests, leading, following } = zab
  const mark = restMark(zab)
  if (mark === null || rests === null) return false
  if (leading === null) return rests.isHeard(following?.leader as MemberId, mark)
  for (const id of leading.progress.keys()) if (!rests.isHeard(id, mark)) return false
  return true
}
