// Opening a group's log: every record from the checkpoint on is verified without a gap, and what is
// found is held against the witness. A damaged last record that was never acknowledged is cut; any
// other damage is a fault, never a shorter log. Works on rows only; changes nothing.

import type { LogEntry } from '../api/entry.js'
import type { GroupId } from '../api/ids.js'
import { comparePositions, type Position } from '../api/position.js'
import type { EarlierEntries } from '../api/strategy.js'
import type { Row, WitnessNote } from '../api/store.js'
import { type Hash64, hashEquals } from '../base/hash.js'
import { chainEntry } from './chain.js'
import {
  decodeRecord,
  decodeState,
  type HardState,
  type LogRecord,
  type RowFault,
  recordIndex,
  recordPrefix,
  stateKey,
} from './layout.js'

export type LogFaultKind = 'gap' | 'corrupt' | 'short' | 'state-lost' | 'format'

export interface LogFault {
  readonly kind: LogFaultKind
  /** One sentence for the operator. */
  readonly sentence: string
}

/** Where the checkpoint that the engine was loaded from stands. */
export interface LogBase {
  readonly base: Position
  readonly chain: Hash64
}

/** A record as found: where it stands, its bytes and what they hold. */
export interface FoundRecord {
  readonly key: string
  readonly first: number
  readonly size: number
  readonly record: LogRecord | RowFault
}

export interface Recovery {
  readonly hard: HardState | null
  /** Records that hold the log behind the base, in order; the first one may begin before it. */
  readonly kept: readonly FoundRecord[]
  /** Keys of rows that are not part of the log any more. */
  readonly stale: readonly string[]
  /** Contiguous from base.index + 1. */
  readonly entries: readonly LogEntry[]
  /** What leads up to the base, where that was asked for. */
  readonly earlier: EarlierEntries | null
  readonly last: Position
  readonly chain: Hash64
  /** Highest number of a hard state that anything on disk speaks of. */
  readonly states: number
  readonly voteTerm: number
  readonly fault: LogFault | null
  readonly tornRecords: number
}

/** What the rows of a group hold behind `from`, and what is wrong with them. */
export function recoverLog(
  group: GroupId,
  rows: readonly Row[],
  known: {
    readonly from: LogBase
    readonly witness: WitnessNote | null
    /** Entries up to the base are of use. */
    readonly keepsEarlier?: boolean
  },
): Recovery {
  const found = findRecords(group, rows)
  const walk = walkRecords(found, known.from)
  const lead = known.keepsEarlier === true ? leadOf(found, walk, known.from) : noLead
  const broken = judgeWalk(walk, found, known.witness)
  const hard = findState(group, rows)
  const seen = highestState(found, known.witness)
  const stateFault = judgeState(hard, seen, known.witness)
  const short = broken.fault ?? judgeEnd(walk.last, known.witness)
  const format = short?.kind === 'format' ? short : null
  const good = hard === null || typeof hard === 'string' ? null : hard
  const all = [...lead.kept, ...walk.kept]
  const kept = new Set(all)
  return {
    hard: good,
    kept: all,
    stale: found.filter((row) => !kept.has(row)).map((row) => row.key),
    entries: walk.entries,
    earlier: lead.earlier,
    last: walk.last,
    chain: walk.chain,
    states: Math.max(seen, good?.states ?? 0),
    voteTerm: Math.max(good?.voteTerm ?? 0, known.witness?.voteTerm ?? 0),
    fault: format ?? stateFault ?? short,
    tornRecords: broken.torn,
  }
}

function findRecords(group: GroupId, rows: readonly Row[]): FoundRecord[] {
  const found: FoundRecord[] = []
  const prefix = recordPrefix(group)
  for (const { key, value } of rows) {
    const first = recordIndex(prefix, key)
    if (first === null) continue
    found.push({ key, first, size: value.length, record: decodeRecord(group, first, value) })
  }
  return found.sort((a, b) => a.first - b.first)
}

function findState(group: GroupId, rows: readonly Row[]): HardState | RowFault | null {
  const key = stateKey(group)
  const row = rows.find((one) => one.key === key)
  return row === undefined ? null : decodeState(group, row.value)
}

interface Lead {
  /** Records before those of the walk. */
  readonly kept: readonly FoundRecord[]
  readonly earlier: EarlierEntries | null
}

const noLead: Lead = { kept: [], earlier: null }

/** What stands before the base: the records that lead up to it without a gap. */
function leadOf(found: readonly FoundRecord[], walk: Walk, from: LogBase): Lead {
  const start = found[startOf(found, from.base.index)]
  if (start === undefined || isDiverged(start, from)) return noLead
  const first = walk.kept[0]
  const kept: FoundRecord[] = []
  const entries: LogEntry[] = []
  let next = from.base.index + 1
  let chain = from.chain
  for (let at = found.length - 1; at >= 0; at--) {
    const row = found[at] as FoundRecord
    const { record } = row
    if (row.first > from.base.index) continue
    if (typeof record === 'string') break
    const isAcross = row === first
    if (!isAcross && (lastIndex(record) + 1 !== next || !hashEquals(record.chainAfter, chain)))
      break
    entries.unshift(...record.entries.filter(({ index }) => index < next))
    if (!isAcross) kept.unshift(row)
    next = record.first
    chain = record.chainBefore
  }
  const [oldest] = entries
  if (oldest === undefined) return noLead
  // The term before it is not known; one that is not above the first entry's does.
  const earlier = { from: { term: oldest.term, index: next - 1 }, chain, entries }
  return { kept, earlier }
}

interface Walk {
  readonly kept: readonly FoundRecord[]
  readonly entries: readonly LogEntry[]
  readonly last: Position
  readonly chain: Hash64
  /** Where the walk ended before the records did, and why. */
  readonly end: { readonly at: number; readonly kind: 'gap' | RowFault } | null
}

/** Follows the chain from the base on, until the records end or one does not fit. */
function walkRecords(found: readonly FoundRecord[], from: LogBase): Walk {
  const kept: FoundRecord[] = []
  const entries: LogEntry[] = []
  let { base: last, chain } = from
  let at = startOf(found, last.index)
  const start = found[at]
  // A snapshot was installed and the member stopped before the log was reset: the base wins.
  if (start !== undefined && isDiverged(start, from))
    return { kept, entries, last, chain, end: null }
  for (; at < found.length; at++) {
    const row = found[at] as FoundRecord
    const { record } = row
    if (typeof record === 'string') return { kept, entries, last, chain, end: { at, kind: record } }
    if (lastIndex(record) <= from.base.index) continue
    const kind = unfit(record, { last, chain, base: from.base })
    if (kind !== null) return { kept, entries, last, chain, end: { at, kind } }
    kept.push(row)
    for (const entry of record.entries) if (entry.index > last.index) entries.push(entry)
    const end = record.entries[record.entries.length - 1] as LogEntry
    last = { term: end.term, index: end.index }
    chain = record.chainAfter
  }
  return { kept, entries, last, chain, end: null }
}

/** The last record that begins at or below the first index behind the base; all before it is cut. */
function startOf(found: readonly FoundRecord[], base: number): number {
  let at = 0
  while (at + 1 < found.length && (found[at + 1] as FoundRecord).first <= base + 1) at++
  return at
}

function lastIndex(record: LogRecord): number {
  return record.first + record.entries.length - 1
}

/** Whether a whole record knows the place of the base and holds another history there. */
function isDiverged(row: FoundRecord, from: LogBase): boolean {
  const { record } = row
  if (typeof record === 'string') return false
  const { base } = from
  if (record.first > base.index + 1 || lastIndex(record) < base.index) return false
  let chain = record.chainBefore
  for (const entry of record.entries) {
    if (entry.index > base.index) break
    chain = chainEntry(chain, entry, entry.payload.bytes())
  }
  return !hashEquals(chain, from.chain)
}

/** Why a whole record cannot follow, or null. One that holds the base was compared with it before. */
function unfit(
  record: LogRecord,
  before: { readonly last: Position; readonly chain: Hash64; readonly base: Position },
): 'gap' | 'corrupt' | null {
  const { last, chain, base } = before
  if (record.first > last.index + 1) return 'gap'
  if (record.first <= last.index && last.index !== base.index) return 'corrupt'
  if (record.first === last.index + 1 && !hashEquals(record.chainBefore, chain)) return 'corrupt'
  let { term } = last
  for (const entry of record.entries) {
    if (entry.index <= last.index) continue
    if (entry.term < term) return 'corrupt'
    term = entry.term
  }
  return null
}

/** A torn tail is one damaged record at the very end, behind all that the witness saw. */
function judgeWalk(
  walk: Walk,
  found: readonly FoundRecord[],
  witness: WitnessNote | null,
): { readonly fault: LogFault | null; readonly torn: number } {
  const { end, last } = walk
  if (end === null) return { fault: null, torn: 0 }
  const row = found[end.at] as FoundRecord
  const where = `the record at index ${row.first}`
  if (end.kind === 'format') {
    const sentence = `${where} was written by an unknown format version`
    return { fault: { kind: 'format', sentence }, torn: 0 }
  }
  if (end.kind === 'gap') {
    const sentence = `the log has no entries from index ${last.index + 1} to ${row.first - 1}`
    return { fault: { kind: 'gap', sentence }, torn: 0 }
  }
  const isTail = found.slice(end.at).every((later) => typeof later.record === 'string')
  const isUnseen = witness !== null && comparePositions(witness.position, last) <= 0
  if (isTail && isUnseen) return { fault: null, torn: found.length - end.at }
  return { fault: { kind: 'corrupt', sentence: `${where} fails its check` }, torn: 0 }
}

/** The highest hard state that the log or the witness knows of. */
function highestState(found: readonly FoundRecord[], witness: WitnessNote | null): number {
  let states = witness?.states ?? 0
  for (const { record } of found) {
    if (typeof record !== 'string' && record.states > states) states = record.states
  }
  return states
}

function judgeState(
  hard: HardState | RowFault | null,
  states: number,
  witness: WitnessNote | null,
): LogFault | null {
  const voteTerm = witness?.voteTerm ?? 0
  if (hard === 'format') {
    const sentence = 'the hard state was written by an unknown format version'
    return { kind: 'format', sentence }
  }
  if (hard === 'corrupt') {
    return { kind: 'state-lost', sentence: 'the hard state (term and vote) fails its check' }
  }
  if (hard === null) {
    if (states === 0 && voteTerm === 0) return null
    return { kind: 'state-lost', sentence: 'the hard state (term and vote) is missing' }
  }
  if (hard.voteTerm >= voteTerm && hard.states >= states) return null
  const sentence = `the hard state (term and vote) is older than the last durable one (term ${hard.voteTerm}, known ${voteTerm})`
  return { kind: 'state-lost', sentence }
}

function judgeEnd(last: Position, witness: WitnessNote | null): LogFault | null {
  if (witness === null || comparePositions(last, witness.position) >= 0) return null
  const { term, index } = witness.position
  const sentence = `the log ends at term ${last.term} index ${last.index}, but held term ${term} index ${index}`
  return { kind: 'short', sentence }
}
