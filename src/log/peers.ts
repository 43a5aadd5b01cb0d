// What a leader of a total-order strategy hears of its peers, and what a majority of them has.

import type { MemberId } from '../api/ids.js'
import type { PeerStatus } from '../api/strategy.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Progress } from './progress.js'
import { quorumIndex } from './quorum.js'

/** A leader, as far as its peers' answers concern it. */
export interface Hearing {
  /** Of every other member. */
  readonly progress: ReadonlyMap<MemberId, Progress>
  /** Grows when a peer loses what it had acknowledged; sent along and echoed. */
  fence: number
}

/** The part of every answer that tells of the member's health. */
export interface PeerAnswer {
  readonly fence: number
  readonly recovering: boolean
  /** Another number for each run of the member. */
  readonly life: number
}

/** Notes a sign of life. Null for an answer that counts for nothing. */
export function hearPeer(
  leading: Hearing,
  from: MemberId,
  { answer, mono }: { readonly answer: PeerAnswer; readonly mono: number },
): Progress | null {
  const peer = leading.progress.get(from)
  if (peer === undefined || answer.fence > leading.fence) return null
  if (answer.fence < peer.fenceMin) return null
  peer.activeAt = mono
  if (answer.recovering && (!peer.recovering || peer.life !== answer.life)) {
    leading.fence++
    peer.forget(leading.fence)
  }
  // Rounds that it answered before do not count, so that what it answers now confirms them.
  if (peer.recovering && !answer.recovering) peer.round = 0
  peer.recovering = answer.recovering
  peer.life = answer.life
  return peer
}

/**
 * Notes a run of the peer that takes its disk for whole and lacks the entry at `index`, though an earlier run acknowledged
 * it to this leader: the disk is an older copy. What that acknowledged counts no more.
 */
export function noteForgotten(
  leading: Hearing,
  peer: Progress,
  { life, recovering, index }: Pick<PeerAnswer, 'life' | 'recovering'> & { readonly index: number },
): void {
  const { match, matchLife } = peer
  if (recovering || matchLife === 0 || matchLife === life || index > match) return
  if (hasBug('raft-forgotten-unseen') || hasBug('zab-forgotten-unseen')) return
  leading.fence++
  peer.forget(leading.fence)
  peer.forgotten = { life, index: match }
}

/** What a peer has to be told that it acknowledged; null once it knows, or has it again. */
export function forgottenBy(
  peer: Progress,
  { life, recovering }: Pick<PeerAnswer, 'life' | 'recovering'>,
): { readonly life: number; readonly index: number } | null {
  const { forgotten, match } = peer
  const isDone = recovering || forgotten?.life !== life || match >= forgotten.index
  if (isDone) peer.forgotten = null
  return peer.forgotten
}

/** The index that a majority of voters has on disk; who has no progress is this member, which has `own`. */
export function majorityMatch(
  voters: readonly MemberId[],
  progress: ReadonlyMap<MemberId, Progress>,
  own: number,
): number {
  if (voters.length === 1 && !progress.has(voters[0] as MemberId)) return own
  const matches: number[] = []
  for (const id of voters) {
    const peer = progress.get(id)
    if (peer === undefined) matches.push(own)
    else matches.push(peer.recovering && !hasBug('raft-recovering-acks-count') ? 0 : peer.match)
  }
  return quorumIndex(matches)
}

/** The intact voter that has most, of those heard since then; null where there is none. */
export function bestPeer(
  voters: readonly MemberId[],
  progress: ReadonlyMap<MemberId, Progress>,
  since: number,
): MemberId | null {
  let found: MemberId | null = null
  let match = -1
  for (const id of voters) {
    const peer = progress.get(id)
    if (peer === undefined || peer.recovering || peer.state === 'snapshot') continue
    if (peer.activeAt < since || peer.match <= match) continue
    found = id
    match = peer.match
  }
  return found
}

/** A leader's view of everybody, for its status. */
export function peerStatuses(
  self: { readonly member: MemberId; readonly match: number },
  progress: ReadonlyMap<MemberId, Progress>,
  activeSince: number,
): PeerStatus[] {
  const peers: PeerStatus[] = [{ ...self, state: 'self', active: true, recovering: false }]
  for (const [member, peer] of progress) {
    const active = peer.activeAt >= activeSince
    const { match, state, recovering } = peer
    peers.push({ member, match, state, active, recovering })
  }
  return peers
}
