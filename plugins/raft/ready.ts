// Drains the outbox into one numbered Ready: what to write, what to send before and after, what to
// execute. The shard calls it at the end of a turn until it answers null.

import {
  type Delivery,
  hashZero,
  hasBug,
  type LogEntry,
  type Outgoing,
  type Ready,
  type StoreBatch,
} from 'quorate/plugin'
import { votePersisted } from './candidate.js'
import { checkRefilled } from './era.js'
import { flushAck } from './follower.js'
import { encodeHardState } from './hard-state.js'
import { advanceCommit } from './leader.js'
import { flushFollowerReads, flushLeaderReads } from './read-index.js'
import { flushAppends } from './replication.js'
import type { RaftState } from './state.js'

const nothing: readonly never[] = []

export function takeReady(raft: RaftState): Ready | null {
  flush(raft)
  const delivered = deliver(raft)
  const isHardDirty = raft.isHardDirty
  const write = takeWrite(raft)
  const sendAfterWrite = takeAfter(raft, write !== null)
  const { out } = raft
  const isEmpty =
    write === null &&
    out.now.length === 0 &&
    sendAfterWrite.length === 0 &&
    delivered.length === 0 &&
    out.grants.length === 0 &&
    out.dropped.length === 0 &&
    out.trace.length === 0 &&
    out.snapshotTo.length === 0 &&
    out.fetch === null
  if (isEmpty) return null
  raft.batch++
  if (write !== null) {
    const term = isHardDirty ? raft.term : -1
    raft.writes.push({ batch: raft.batch, index: raft.saved, term, begunAt: raft.mono })
  }
  const hasRows = write !== null && (write.entries.length > 0 || write.reset !== null)
  const ready: Ready = {
    batch: raft.batch,
    write,
    mustSync:
      (isHardDirty && !hasBug('raft-state-not-synced')) ||
      (hasRows && raft.durability === 'always'),
    sendNow: out.now,
    sendAfterWrite,
    delivered,
    grants: out.grants,
    dropped: out.dropped,
    fetch: out.fetch,
    snapshotTo: out.snapshotTo,
    trace: out.trace,
  }
  if (out.now.length > 0) out.now = []
  if (out.grants.length > 0) out.grants = []
  if (out.dropped.length > 0) out.dropped = []
  if (out.trace.length > 0) out.trace = []
  if (out.snapshotTo.length > 0) out.snapshotTo = []
  out.fetch = null
  return ready
}

/** The steps that gather what a whole turn brought. */
function flush(raft: RaftState): void {
  if (raft.role === 'halted') return
  const { leading } = raft
  if (leading !== null) {
    advanceCommit(raft, leading)
    flushLeaderReads(raft, leading)
    flushAppends(raft, leading)
    return
  }
  checkRefilled(raft)
  flushFollowerReads(raft)
  flushAck(raft)
}

/** Committed entries go to the engine once they are on our own disk, so that a checkpoint never runs ahead of the log. */
function deliver(raft: RaftState): readonly Delivery[] {
  const end = raft.entering || raft.role === 'halted' ? 0 : Math.min(raft.commit, raft.stable)
  if (raft.delivered >= end) return nothing
  const found: Delivery[] = []
  while (raft.delivered < end && raft.unappliedBytes < raft.options.applyBytes) {
    const index = raft.delivered + 1
    const entry = raft.tail.entryAt(index)
    if (entry === null) break
    const token = raft.tokens.get(index)
    if (token !== undefined) raft.tokens.delete(index)
    found.push({ at: { term: entry.term, index }, payload: entry.payload, token: token ?? null })
    raft.delivered = index
    raft.unappliedBytes += entry.payload.size
  }
  return found
}

function takeWrite(raft: RaftState): StoreBatch | null {
  const { out, tail } = raft
  const from = raft.saved + 1
  const hasEntries = raft.durability !== 'none' && from <= tail.last
  if (!raft.isHardDirty && !hasEntries && out.cutTo === null && out.reset === null) return null
  const entries: LogEntry[] = []
  if (hasEntries) {
    for (let index = from; index <= tail.last; index++)
      entries.push(tail.entryAt(index) as LogEntry)
  }
  const batch: StoreBatch = {
    state: raft.isHardDirty || out.reset !== null ? encodeHardState(stateToKeep(raft)) : null,
    voteTerm: raft.term,
    entries,
    chainBefore: hasEntries ? (tail.chainAt(raft.saved) ?? hashZero) : hashZero,
    cutTo: out.cutTo,
    reset: out.reset,
  }
  raft.saved = tail.last
  raft.isHardDirty = false
  out.cutTo = null
  out.reset = null
  return batch
}

function stateToKeep(raft: RaftState): RaftState['hard'] {
  if (raft.out.reset === null || !hasBug('raft-lost-term-on-reset')) return raft.hard
  return { ...raft.hard, term: raft.out.reset.at.term, vote: null }
}

function takeAfter(raft: RaftState, hasWrite: boolean): readonly Outgoing[] {
  const { out } = raft
  if (out.after.length === 0 || (!hasWrite && raft.writes.length > 0)) return nothing
  const messages = out.after
  out.after = []
  return messages
}

/** The write of a Ready is on disk, and all before it. */
export function writePersisted(raft: RaftState, batch: number): void {
  while (raft.writes.length > 0 && (raft.writes[0] as { batch: number }).batch <= batch) {
    const write = raft.writes.shift()
    if (write === undefined) break
    raft.stable = Math.max(raft.stable, Math.min(write.index, raft.tail.last))
    if (write.term === raft.term && raft.vote !== null)
      votePersisted(raft, raft.mono - write.begunAt)
  }
  if (raft.leading !== null) advanceCommit(raft, raft.leading)
  if (raft.durability !== 'none') raft.tail.evict(Math.min(raft.stable, raft.applied))
}
