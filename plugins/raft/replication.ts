// How a leader brings entries to its followers (`EntrySender`), and what else it tells them: heartbeats,
// which carry the commit index, and that a snapshot is on its way.

import { EntrySender, hasBug, type LogEntry, type MemberId, Progress } from 'quorate/plugin'
import type { Leading } from './leader.js'
import { encodeMessage } from './messages.js'
import type { RaftState } from './state.js'

export function makeSender(raft: RaftState, progress: Leading['progress']): EntrySender<'append'> {
  return new EntrySender(raft.log, raft.options.appendBytes, {
    progress,
    wordFor: () => 'append',
    lastFor: (id, peer) => raft.leading?.holding.lastFor(raft, id, peer) ?? raft.tail.last,
    encode: (kind, run) => {
      const { era, term, commit, leading } = raft
      const { previous, chain, entries } = run
      const fence = leading?.fence ?? 0
      return encodeMessage({ kind, era, term, fence, commit, previous, chain, entries })
    },
    send: (id, bytes) => raft.out.sendBytes(id, bytes),
    needSnapshot: (id, peer) => needSnapshot(raft, id, peer),
    fetch: (range) => {
      raft.counters.fetches++
      raft.out.fetch = range
    },
  })
}

/** Of a peer about whose log nothing is known. */
export function makeProgress(raft: RaftState): Progress {
  return new Progress(raft.tail.last + 1, raft.mono, {
    windowMax: raft.options.windowMessages,
    windowBytesMax: raft.options.windowBytes,
  })
}

/** Sends what there is to send. Called once per Ready, after all proposals of the turn. */
export function flushAppends(raft: RaftState, leading: Leading): void {
  leading.holding.begin(raft, leading.progress, isPlain(raft, leading))
  leading.sender.flush()
  for (const peer of leading.progress.values()) {
    if (peer.commitSent >= leading.noticeTo || peer.state === 'snapshot') continue
    sendHeartbeats(raft, leading, false)
    return
  }
}

/** An established leader that stays, and members that do not change. */
function isPlain({ commit }: RaftState, { noop, transfer, change, leaving }: Leading): boolean {
  return commit >= noop && transfer === null && change === null && leaving.size === 0
}

export function entriesFetched(raft: RaftState, entries: readonly LogEntry[]): void {
  raft.leading?.sender.fetched(entries)
}

/** Asks the shard for a snapshot transfer, if the peer is there to take it. */
export function needSnapshot(raft: RaftState, id: MemberId, peer: Progress): void {
  // Who was taken out hears of it from the log or not at all.
  const isLeaving = raft.leading?.leaving.has(id) === true
  if (isLeaving || raft.mono - peer.activeAt > raft.options.electionMaxMs) {
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
    fence: leading.fence,
    round: leading.reads.round,
    commit: raft.commit,
    wantsAnswer,
  })
}

export function snapshotEnded(
  raft: RaftState,
  id: MemberId,
  end: { ok: boolean; index: number },
): void {
  const peer = raft.leading?.progress.get(id)
  if (peer?.snapshotEnded(end.ok, end.index) !== true) return
  raft.counters.snapshotsSent++
  if (hasBug('raft-snapshot-sent-is-match')) {
    peer.match = Math.max(peer.match, raft.tail.last)
    peer.next = peer.match + 1
  }
}
