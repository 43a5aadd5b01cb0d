// Phase 3, broadcast: an established leader gives each proposal the next zxid, PROPOSEs it to everybody in
// that order, several at a time, and COMMITs what a quorum has on disk.

import {
  hasBug,
  majorityMatch,
  type MemberId,
  type Payload,
  type Refusal,
  type Token,
} from 'quorate/plugin'
import { type Following, hearLeader } from './following.js'
import { hear, type Leading } from './leading.js'
import type { Ack, Commit } from './messages.js'
import { goOn } from './reconfigure.js'
import type { ZabState } from './state.js'

export function propose(zab: ZabState, token: Token, payload: Payload): Refusal | null {
  const { leading } = zab
  const isEarly = hasBug('zab-broadcasts-too-early') && (leading?.newLeader ?? null) !== null
  if (leading === null || (leading.stage !== 'broadcast' && !isEarly)) {
    const { following } = zab
    return {
      reason: 'not-leader',
      leader: following?.stage === 'broadcast' ? following.leader : null,
    }
  }
  if (leading.transfer !== null || zab.diskShort) return { reason: 'busy' }
  if (leading.uncommittedBytes > zab.options.uncommittedBytes) return { reason: 'busy' }
  const index = zab.tail.last + 1
  zab.append({ term: leading.epoch, index, payload })
  zab.log.tokens.set(index, token)
  leading.uncommittedBytes += payload.size
  leading.proposedAt = zab.mono
  leading.holding.proposed(index, payload)
  return null
}

/** The leader's side of ACK. */
export function onAck(
  zab: ZabState,
  from: MemberId,
  message: Ack,
): 'news' | 'snapshot' | 'refused' | null {
  const { leading } = zab
  if (leading === null || leading.epoch !== message.epoch) return null
  const peer = hear(zab, leading, { from, answer: message })
  if (peer === null) return null
  if (message.needsSnapshot) return peer.state === 'snapshot' ? null : 'snapshot'
  if (!message.ok) return 'refused'
  if (message.index > zab.tail.last) {
    zab.illegal('an acknowledgement of what was never proposed', from)
    return null
  }
  if (!peer.acknowledged(message.index)) return null
  leading.stepAt = zab.mono
  advanceCommit(zab, leading)
  return 'news'
}

/** What a quorum has on disk, from the entry on that the epoch begins with. */
export function advanceCommit(zab: ZabState, leading: Leading): void {
  const { newLeader, stage } = leading
  if (stage !== 'broadcast' || newLeader === null) return
  const { log, tail } = zab
  const index = acknowledgedIndex(zab, leading)
  if (index <= log.commit || index < newLeader.index) return
  for (let at = log.commit + 1; at <= index; at++) {
    leading.uncommittedBytes -= tail.sizeAt(at)
    if (tail.isAwaited(at)) leading.noticeTo = at
  }
  leading.uncommittedBytes = Math.max(0, leading.uncommittedBytes)
  log.commitTo(index)
  goOn(zab, leading)
}

/** What a quorum has on disk: of both sets of voters while a change of them is open. */
function acknowledgedIndex({ members, log }: ZabState, { progress }: Leading): number {
  const { voters, outgoing } = members
  const index = majorityMatch(voters, progress, log.stable)
  if (outgoing === undefined || hasBug('zab-joint-commits-by-new')) return index
  const before = majorityMatch(outgoing, progress, log.stable)
  return hasBug('zab-joint-commits-by-old') ? before : Math.min(index, before)
}

/** PROPOSE and INFORM carry the commit index; COMMIT goes where it does not travel along and somebody waits. */
export function flushBroadcast(zab: ZabState, leading: Leading): void {
  leading.holding.begin(zab, leading.progress, isPlain(zab, leading))
  leading.sender.flush()
  const { commit } = zab.log
  const { epoch } = leading
  const noticeTo = Math.min(leading.noticeTo, commit)
  for (const [id, peer] of leading.progress) {
    if (!leading.synced.has(id) || peer.commitSent >= noticeTo) continue
    if (peer.state === 'snapshot') continue
    zab.out.send(id, { kind: 'commit', era: zab.era, epoch, commit })
    peer.commitSent = commit
  }
}

/** An established leader that stays, and members that do not change. */
function isPlain({ log }: ZabState, leading: Leading): boolean {
  const { stage, newLeader, transfer, change, leaving } = leading
  if (stage !== 'broadcast' || newLeader === null || log.commit < newLeader.index) return false
  return transfer === null && change === null && leaving.size === 0
}

export function onCommit(zab: ZabState, from: MemberId, message: Commit): void {
  const following = hearLeader(zab, from, message)
  if (following !== null) takeCommit(zab, following, message.commit)
}

/** It counts as far as our log is known to equal the leader's; the rest once it does. */
export function takeCommit(zab: ZabState, following: Following, commit: number): void {
  following.commit = Math.max(following.commit, commit)
  if (zab.entering) return
  const known = hasBug('zab-commit-beyond-match') ? zab.tail.last : following.matched
  zab.log.commitTo(Math.min(following.commit, known))
}
