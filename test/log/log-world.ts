// A group's log in memory for tests: rows as the store would hold them, the witness as the host would
// keep it, and the plain list of entries that must come back.

import { type LogEntry, payloadOf } from '../../src/api/entry.js'
import type { GroupId } from '../../src/api/ids.js'
import { comparePositions, type Position, positionZero } from '../../src/api/position.js'
import type { Row, WitnessNote } from '../../src/api/store.js'
import type { StoreBatch } from '../../src/api/strategy.js'
import { bytesToText, textToBytes } from '../../src/base/bytes.js'
import { type Hash64, hashZero } from '../../src/base/hash.js'
import type { Random } from '../../src/base/random.js'
import { chainEntry } from '../../src/log/chain.js'
import type { LogBase } from '../../src/log/recovery.js'
import { GroupLog, type LogWrites, type RecoveredLog } from '../../src/log/records.js'

export const group = 7 as GroupId

/** The slow and obvious twin: every entry in a list, its chain beside it. */
export class LogWorld {
  readonly rows = new Map<string, Uint8Array>()
  log = new GroupLog(group)
  entries: LogEntry[] = []
  chains: Hash64[] = []
  base: LogBase = { base: positionZero, chain: hashZero }
  state: string | null = null
  voteTerm = 0
  term = 1
  witness: WitnessNote | null = null

  get lastIndex(): number {
    return this.base.base.index + this.entries.length
  }

  chainAt(index: number): Hash64 {
    const offset = index - this.base.base.index
    return offset === 0 ? this.base.chain : (this.chains[offset - 1] as Hash64)
  }

  positionAt(index: number): Position {
    const offset = index - this.base.base.index
    if (offset === 0) return this.base.base
    const { term } = this.entries[offset - 1] as LogEntry
    return { term, index }
  }

  /** A batch of `count` entries that begins at `first`. */
  batch(first: number, count: number, random: Random): StoreBatch {
    const chainBefore = this.chainAt(first - 1)
    this.entries.length = first - 1 - this.base.base.index
    this.chains.length = this.entries.length
    const made: LogEntry[] = []
    for (let n = 0; n < count; n++) {
      const text = `${random.uint32()}`.repeat(1 + random.below(8))
      const bytes = random.chance(1, 12) ? new Uint8Array(0) : textToBytes(text)
      const entry = { term: this.term, index: first + n, payload: payloadOf(bytes) }
      const chain = chainEntry(this.chainAt(first + n - 1), entry, bytes)
      made.push(entry)
      this.entries.push(entry)
      this.chains.push(chain)
    }
    return { ...emptyBatch, entries: made, chainBefore }
  }

  append(count: number, random: Random): LogWrites {
    return this.commit(this.batch(this.lastIndex + 1, count, random))
  }

  vote(term: number, state: string): LogWrites {
    this.state = state
    this.term = term
    this.voteTerm = term
    return this.commit({ ...emptyBatch, state: textToBytes(state), voteTerm: term })
  }

  /** Makes the rows durable and notes the witness. */
  commit(batch: StoreBatch): LogWrites {
    const writes = this.log.writes(batch)
    this.apply(writes)
    return writes
  }

  apply(writes: LogWrites): void {
    for (const key of writes.deletes) this.rows.delete(key)
    for (const { from, to } of writes.ranges) {
      for (const key of [...this.rows.keys()]) if (key >= from && key < to) this.rows.delete(key)
    }
    for (const { key, value } of writes.puts) this.rows.set(key, value)
    const note = writes.witness
    const before = this.witness
    const keeps =
      before !== null && note.reset !== true && comparePositions(before.position, note.position) > 0
    this.witness = keeps ? { ...note, position: before.position } : note
  }

  /** A finished checkpoint at `index`: recovery begins there from now on. */
  checkpoint(index: number): void {
    const from = { base: this.positionAt(index), chain: this.chainAt(index) }
    const gone = index - this.base.base.index
    this.entries = this.entries.slice(gone)
    this.chains = this.chains.slice(gone)
    this.base = from
  }

  sortedRows(): Row[] {
    return sortRows([...this.rows].map(([key, value]) => ({ key, value })))
  }

  /** A new process opens what is on disk. */
  restart(rows: readonly Row[] = this.sortedRows()): RecoveredLog {
    this.log = new GroupLog(group)
    return this.log.recover(rows, this.base, this.witness)
  }
}

export const emptyBatch: StoreBatch = {
  state: null,
  voteTerm: 0,
  entries: [],
  chainBefore: hashZero,
  cutTo: null,
  reset: null,
}

export function sortRows(rows: Row[]): Row[] {
  return rows.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}

/** Entries as comparable text. */
export function texts(entries: readonly LogEntry[]): string[] {
  return entries.map(
    ({ term, index, payload }) => `${term}.${index} ${bytesToText(payload.bytes())}`,
  )
}
