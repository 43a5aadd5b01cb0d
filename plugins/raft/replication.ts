// How a leader brings entries to its followers: everything proposed in one turn leaves in one append
// per follower, several appends are in flight within a window, and a follower behind the cut log gets
// a snapshot, which travels beside the strategy.

import { hasBug, type LogEntry, type MemberId, type Progress } from 'quorate/plugin'
import type { Leading } from './leader.js'
import { type Append, encodeMessage } from './messages.js'
import type { RaftState } from './state.js'

/** The last append encoded in this flush: followers at the same place get the same bytes. */
interface Encoded {
  readonly next: number
  readonly count: number
  readonly size: number
  readonly bytes: Uint8Array
}

/** Sends what there is to send. Called once per Ready, after all proposals of the turn. */
export function flushAppends(raft: RaftState, leading: Leading): void {
  let cache: Encoded | null = null
  let needsNotice = false
  for (const [id, peer] of leading.progress) {
    while (peer.isOpen && (peer.next <= raft.tail.last || peer.state === 'probe')) {
      const made: Encoded | null =
        cache !== null && cache.next === peer.next && peer.state === 'replicate'
          ? cache
          : encodeAppend(raft, leading, id)
      if (made === null) break
      cache = made
      raft.out.sendBytes(id, made.bytes)
      peer.sent(made.count, made.size)
      peer.commitSent = raft.commit
    }
    if (peer.commitSent < leading.noticeTo && peer.state !== 'snapshot') needsNotice = true
  }
  if (needsNotice) sendHeartbeats(raft, leading, false)
}

function encodeAppend(raft: RaftState, leading: Leading, id: MemberId): Encoded | null {
  const peer = leading.progress.get(id) as Progress
  const previous = peer.next - 1
  const term = raft.tail.termAt(previous)
  const chain = raft.tail.chainAt(previous)
  if (term === null || chain === null) {
    needSnapshot(raft, id, peer)
    return null
  }
  const entries = takeEntries(raft, leading, peer.next)
  if (entries === null) return null
  let size = 0
  for (const entry of entries) size += entry.payload.size
  const message: Append = {
    kind: 'append',
    era: raft.era,
    term: raft.term,
    epoch: leading.epoch,
    previous: { term, index: previous },
    chain,
    commit: raft.commit,
    entries,
  }
  return { next: peer.next, count: entries.length, size, bytes: encodeMessage(message) }
}

/** Entries from `next` on, from memory or as fetched; null while they are on their way from the disk. */
function takeEntries(raft: RaftState, leading: Leading, next: number): readonly LogEntry[] | null {
  if (next > raft.tail.last) return []
  const found = raft.tail.run(next, raft.options.appendBytes)
  if (found.length > 0) return found
  const { fetched } = leading
  const at = fetched.findIndex((entry) => entry.index === next)
  if (at >= 0) return takeBytes(fetched, at, raft.options.appendBytes)
  if (!leading.fetching) {
    leading.fetching = true
    raft.counters.fetches++
    raft.out.fetch = { from: next, to: fetchEnd(raft, next) }
  }
  return null
}

function takeBytes(
  entries: readonly LogEntry[],
  from: number,
  bytesMax: number,
): readonly LogEntry[] {
  let to = from + 1
  let bytes = (entries[from] as LogEntry).payload.size
  while (to < entries.length) {
    bytes += (entries[to] as LogEntry).payload.size
    if (bytes > bytesMax) break
    to++
  }
  return entries.slice(from, to)
}

function fetchEnd(raft: RaftState, from: number): number {
  let to = from
  let bytes = raft.tail.sizeAt(from)
  while (to < raft.tail.evicted && bytes < raft.options.appendBytes * 4) {
    to++
    bytes += raft.tail.sizeAt(to)
  }
  return to
}

/** The disk answered a fetch. Empty, or not what the tail remembers: whoever waits needs a snapshot. */
export function entriesFetched(raft: RaftState, entries: readonly LogEntry[]): void {
  const { leading } = raft
  if (leading === null || !leading.fetching) return
  leading.fetching = false
  leading.fetched = entries.every((entry) => raft.tail.termAt(entry.index) === entry.term)
    ? entries
    : []
  if (leading.fetched.length > 0) return
  for (const [id, peer] of leading.progress) {
    const isWaiting =
      peer.isOpen && peer.next <= raft.tail.evicted && peer.next > raft.tail.base.index
    if (isWaiting && raft.tail.entryAt(peer.next) === null) needSnapshot(raft, id, peer)
  }
}

/** Asks the shard for a snapshot transfer, if the peer is there to take it. */
export function needSnapshot(raft: RaftState, id: MemberId, peer: Progress): void {
  if (raft.mono - peer.activeAt > raft.options.electionMaxMs) {
    peer.paused = true
    return
  }
  peer.becomeSnapshot(raft.tail.base.index)
  raft.out.askSnapshot(id)
  raft.out.note('info', 'raft.snapshot-needed', { member: raft.self, peer: id, next: peer.next })
}

/** A heartbeat, or a notice of the commit index, to everybody or to some. */
export function sendHeartbeats(
  raft: RaftState,
  leading: Leading,
  wantsAnswer: boolean,
  to: readonly MemberId[] | null = null,
): void {
  const bytes = encodeHeartbeat(raft, leading, wantsAnswer)
  for (const [id, peer] of leading.progress) {
    if (!wantsAnswer && peer.commitSent >= raft.commit) continue
    if (to !== null && !to.includes(id)) continue
    raft.out.sendBytes(id, bytes)
    peer.commitSent = raft.commit
  }
}

/** A heartbeat of an idle group: it only says that the leader lives. */
export function sendSilentHeartbeats(raft: RaftState, leading: Leading): void {
  const bytes = encodeHeartbeat(raft, leading, false)
  for (const [id, peer] of leading.progress) {
    raft.out.sendBytes(id, bytes)
    peer.commitSent = raft.commit
  }
}

function encodeHeartbeat(raft: RaftState, leading: Leading, wantsAnswer: boolean): Uint8Array {
  return encodeMessage({
    kind: 'heartbeat',
    era: raft.era,
    term: raft.term,
    epoch: leading.epoch,
    round: leading.reads.round,
    commit: raft.commit,
    wantsAnswer,
  })
}

/** The link to a follower closed: what was in flight may be lost. */
export function followerLinkDown(raft: RaftState, id: MemberId): void {
  const peer = raft.leading?.progress.get(id)
  if (peer !== undefined && peer.state === 'replicate') {
    peer.becomeProbe()
    peer.paused = true
  }
}

export function snapshotEnded(
  raft: RaftState,
  id: MemberId,
  end: { ok: boolean; index: number },
): void {
  const peer = raft.leading?.progress.get(id)
  if (peer === undefined || peer.state !== 'snapshot') return
  if (!end.ok) {
    peer.snapshotFailed()
    return
  }
  raft.counters.snapshotsSent++
  if (hasBug('raft-snapshot-sent-is-match')) peer.match = Math.max(peer.match, raft.tail.last)
  peer.pendingSnapshot = Math.max(peer.pendingSnapshot, end.index)
  peer.becomeProbe()
}

/** Notes a sign of life. Null for an answer that counts for nothing. */
export function hearPeer(
  raft: RaftState,
  from: MemberId,
  answer: { readonly epoch: number; readonly recovering: boolean; readonly life: number },
): Progress | null {
  const { leading } = raft
  const peer = leading?.progress.get(from)
  if (leading === null || peer === undefined || answer.epoch > leading.epoch) return null
  if (answer.epoch < peer.epochMin) return null
  peer.activeAt = raft.mono
  if (answer.recovering && (!peer.recovering || peer.life !== answer.life)) {
    leading.epoch++
    peer.forget(leading.epoch)
  }
  // Rounds that it answered before do not count, so that what it answers now confirms them.
  if (peer.recovering && !answer.recovering) peer.round = 0
  peer.recovering = answer.recovering
  peer.life = answer.life
  return peer
}
