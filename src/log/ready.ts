// Drains an outbox and a log into one numbered Ready: what to write, what to send before and after, what
// to execute. A strategy calls it after its roles have gathered what the turn brought.

import type { LogEntry } from '../api/entry.js'
import type { Outgoing, Ready, StoreBatch } from '../api/strategy.js'
import { hashZero } from '../base/hash.js'
import type { Outbox } from './outbox.js'
import type { ReplicaLog } from './replica-log.js'
import type { Tail } from './tail.js'

const nothing: readonly never[] = []

/** What a strategy must never forget, as it stands now. */
export interface HardPart {
  /** It changed since the last write. */
  readonly isDirty: boolean
  readonly mustSync: boolean
  /** Term of the vote or promise in it. */
  readonly term: number
  encode(): Uint8Array
}

export interface ReadyPart {
  readonly hard: HardPart
  /** Entries up to here may be executed, and bytes of them under way. */
  readonly deliverTo: number
  readonly applyBytes: number
  /** Entries are synced. */
  readonly syncs: boolean
  readonly mono: number
}

/** Null where nothing waits. A Ready with a write holds the hard state if that was dirty. */
export function takeReady<M>(log: ReplicaLog, out: Outbox<M>, part: ReadyPart): Ready | null {
  const { hard } = part
  const delivered = log.deliver(part.deliverTo, part.applyBytes)
  const write = takeWrite(log, hard)
  const sendAfterWrite = takeAfter(log, out, write !== null)
  const isEmpty =
    write === null && sendAfterWrite.length === 0 && delivered.length === 0 && out.isEmpty
  if (isEmpty) return null
  log.batch++
  if (write !== null) {
    const term = hard.isDirty ? hard.term : -1
    log.writes.push({ batch: log.batch, index: log.saved, term, begunAt: part.mono })
  }
  const hasRows = write !== null && (write.entries.length > 0 || write.reset !== null)
  const { sendNow, grants, dropped, trace, snapshotTo, fetch } = out.drain()
  // Made in each turn: all fields are named.
  return {
    batch: log.batch,
    write,
    mustSync: (hard.isDirty && hard.mustSync) || (hasRows && part.syncs),
    sendAfterWrite,
    delivered,
    sendNow,
    grants,
    dropped,
    trace,
    snapshotTo,
    fetch,
  }
}

function takeWrite(log: ReplicaLog, hard: HardPart): StoreBatch | null {
  const { tail } = log
  const hasEntries = log.isKept && log.saved < tail.last
  if (!hard.isDirty && !hasEntries && log.cutTo === null && log.reset === null) return null
  const { entries, chainBefore } = tailToWrite(tail, hasEntries ? log.saved : tail.last)
  const batch: StoreBatch = {
    state: hard.isDirty || log.reset !== null ? hard.encode() : null,
    voteTerm: hard.term,
    entries,
    chainBefore,
    cutTo: log.cutTo,
    reset: log.reset,
  }
  log.saved = tail.last
  log.cutTo = null
  log.reset = null
  return batch
}

function takeAfter<M>(log: ReplicaLog, out: Outbox<M>, hasWrite: boolean): readonly Outgoing[] {
  if (out.after.length === 0 || (!hasWrite && log.writes.length > 0)) return nothing
  const messages = out.after
  out.after = []
  return messages
}

/** The entries behind `saved`, and the chain that they continue. */
export function tailToWrite(
  tail: Tail,
  saved: number,
): Pick<StoreBatch, 'entries' | 'chainBefore'> {
  const entries: LogEntry[] = []
  for (let index = saved + 1; index <= tail.last; index++) {
    entries.push(tail.entryAt(index) as LogEntry)
  }
  const isContinued = entries.length > 0
  // While the payloads are at hand as bytes, and right before the record is made that holds the same hashes.
  if (isContinued) tail.chainAt(tail.last)
  return { entries, chainBefore: isContinued ? (tail.chainAt(saved) ?? hashZero) : hashZero }
}
