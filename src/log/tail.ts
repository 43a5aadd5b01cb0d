// The in-memory tail of a totally ordered log: the entries behind a base position, their terms and
// their hash chain. Driven by a strategy; it never touches the disk. Payloads of old entries may be
// evicted (terms and chain stay) and are then read back from the disk by the strategy's `fetch`.

import { type LogEntry, packPayload } from '../api/entry.js'
import type { Position } from '../api/position.js'
import { assert } from '../base/assert.js'
import type { Hash64 } from '../base/hash.js'
import { chainEntry } from './chain.js'

export interface TailOptions {
  /**
   * True where no other member ever holds entries of this log and none reach the disk: the chain is
   * not computed while entries pass. Only then may a cut re-base it (see `rebasedChain`).
   */
  readonly lazyChain: boolean
  /** Payload bytes kept in memory before `evict` drops the oldest. */
  readonly bytesMax: number
}

/** First entries dropped from the arrays before they are moved together. */
const slackMax = 1024

export class Tail {
  readonly #options: TailOptions
  #isLazy: boolean
  /** Position before the first entry, and the chain there. */
  #base: Position
  #baseChain: Hash64
  /** Parallel arrays; element `#head + i` belongs to index base.index + 1 + i. */
  #head = 0
  #entries: (LogEntry | null)[] = []
  #terms: number[] = []
  #sizes: number[] = []
  #chains: (Hash64 | null)[] = []
  /** Chains are known up to this index; base.index <= #chained <= last. */
  #chained: number
  /** Payloads are in memory behind this index, except where an eviction went further. */
  #evicted: number
  /** Payloads up to here are packed. */
  #packed: number
  #bytes = 0

  constructor(base: Position, chain: Hash64, options: TailOptions) {
    this.#options = options
    this.#isLazy = options.lazyChain
    this.#base = base
    this.#baseChain = chain
    this.#chained = base.index
    this.#evicted = base.index
    this.#packed = base.index
  }

  get base(): Position {
    return this.#base
  }

  /** First index held, one past `last` when empty. */
  get first(): number {
    return this.#base.index + 1
  }

  get last(): number {
    return this.#base.index + this.#terms.length - this.#head
  }

  get lastTerm(): number {
    return this.#terms.length === this.#head
      ? this.#base.term
      : (this.#terms[this.#terms.length - 1] as number)
  }

  get position(): Position {
    return { term: this.lastTerm, index: this.last }
  }

  /** Payload bytes in memory. */
  get bytes(): number {
    return this.#bytes
  }

  /** Last index whose payload was evicted. */
  get evicted(): number {
    return this.#evicted
  }

  /** Term at an index from base to last; null outside. */
  termAt(index: number): number | null {
    if (index === this.#base.index) return this.#base.term
    if (index < this.#base.index || index > this.last) return null
    return this.#terms[this.#slot(index)] as number
  }

  /** Null outside the tail and for an evicted payload. */
  entryAt(index: number): LogEntry | null {
    if (index <= this.#base.index || index > this.last) return null
    return this.#entries[this.#slot(index)] as LogEntry | null
  }

  /** Payload bytes of an entry, evicted or not. */
  sizeAt(index: number): number {
    assert(index > this.#base.index && index <= this.last, 'a size is asked inside the tail')
    return this.#sizes[this.#slot(index)] as number
  }

  /** Whether another member waits for the entry to commit; true also where it is not known. */
  isAwaited(index: number): boolean {
    return this.entryAt(index)?.payload.isAwaited !== false
  }

  /** Chain hash behind an index from base to last; null outside. */
  chainAt(index: number): Hash64 | null {
    if (index === this.#base.index) return this.#baseChain
    if (index < this.#base.index || index > this.last) return null
    this.#chainTo(index)
    return this.#chains[this.#slot(index)] as Hash64
  }

  /** Others hold entries from now on: the chain is computed, from wherever it is known. */
  keepChain(): void {
    this.#isLazy = false
  }

  append(entry: LogEntry): void {
    assert(entry.index === this.last + 1, 'entries are appended without a gap')
    assert(entry.term >= this.lastTerm, 'terms in a log never decrease')
    this.#entries.push(entry)
    this.#terms.push(entry.term)
    this.#sizes.push(entry.payload.size)
    this.#chains.push(null)
    this.#bytes += entry.payload.size
  }

  /** Drops everything behind `after`. */
  truncate(after: number): void {
    assert(after >= this.#base.index, 'the tail is not truncated below its base')
    while (this.last > after) {
      const at = this.#terms.length - 1
      if (this.#entries[at] !== null) this.#bytes -= this.#sizes[at] as number
      this.#entries.pop()
      this.#terms.pop()
      this.#sizes.pop()
      this.#chains.pop()
    }
    this.#chained = Math.min(this.#chained, after)
    this.#evicted = Math.min(this.#evicted, after)
    this.#packed = Math.min(this.#packed, after)
  }

  /** Moves the base up to `to`; a cut at or below the base changes nothing. */
  cut(to: number): void {
    if (to <= this.#base.index) return
    assert(to <= this.last, 'the tail is not cut behind its end')
    const term = this.termAt(to) as number
    const position = { term, index: to }
    if (this.#isLazy && to > this.#chained) this.#baseChain = rebasedChain(position)
    else this.#baseChain = this.chainAt(to) as Hash64
    const end = this.#slot(to)
    for (let at = this.#head; at <= end; at++) {
      if (this.#entries[at] !== null) this.#bytes -= this.#sizes[at] as number
      this.#entries[at] = null
    }
    this.#head = end + 1
    this.#base = position
    this.#chained = Math.max(this.#chained, to)
    this.#evicted = Math.max(this.#evicted, to)
    if (this.#head > slackMax && this.#head * 2 > this.#terms.length) this.#compact()
  }

  /** Forgets all entries: a snapshot at `at` took their place. */
  reset(at: Position, chain: Hash64): void {
    this.#base = at
    this.#baseChain = chain
    this.#head = 0
    this.#entries = []
    this.#terms = []
    this.#sizes = []
    this.#chains = []
    this.#chained = at.index
    this.#evicted = at.index
    this.#packed = at.index
    this.#bytes = 0
  }

  /** Nobody is expected to ask for the payloads up to `upTo` soon: they are kept as cheaply as can be. */
  pack(upTo: number): void {
    if (this.#isLazy) return
    const end = Math.min(upTo, this.last)
    for (let index = Math.max(this.#packed, this.#base.index) + 1; index <= end; index++) {
      const at = this.#slot(index)
      const entry = this.#entries[at] as LogEntry | null
      if (entry === null) continue
      const { term, payload } = entry
      this.#entries[at] = { term, index, payload: packPayload(payload) }
    }
    if (end > this.#packed) this.#packed = end
  }

  /** Drops the oldest payloads up to `upTo` while more than `bytesMax` are in memory. */
  evict(upTo: number, bytesMax: number = this.#options.bytesMax): void {
    const end = Math.min(upTo, this.last)
    while (this.#bytes > bytesMax && this.#evicted < end) {
      const index = this.#evicted + 1
      this.#chainTo(index)
      const at = this.#slot(index)
      if (this.#entries[at] !== null) this.#bytes -= this.#sizes[at] as number
      this.#entries[at] = null
      this.#evicted = index
    }
  }

  /** Entries from `from` on until `bytesMax` are reached, at least one; empty where the first was evicted. */
  run(from: number, bytesMax: number): LogEntry[] {
    const found: LogEntry[] = []
    let bytes = 0
    for (let index = from; index <= this.last; index++) {
      const entry = this.entryAt(index)
      if (entry === null) break
      bytes += entry.payload.size
      if (found.length > 0 && bytes > bytesMax) break
      found.push(entry)
    }
    return found
  }

  /** The last index up to `upTo` whose term is at most `term`; the base's index where none is. */
  lastWithTermAtMost(term: number, upTo: number): number {
    let low = this.#base.index
    let high = Math.min(upTo, this.last)
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.termAt(middle) as number) <= term) low = middle
      else high = middle - 1
    }
    return Math.min(low, Math.max(upTo, this.#base.index))
  }

  #slot(index: number): number {
    return this.#head + index - this.#base.index - 1
  }

  #chainTo(index: number): void {
    if (index <= this.#chained) return
    let chain =
      this.#chained === this.#base.index
        ? this.#baseChain
        : (this.#chains[this.#slot(this.#chained)] as Hash64)
    for (let next = this.#chained + 1; next <= index; next++) {
      const at = this.#slot(next)
      const entry = this.#entries[at]
      assert(entry !== null && entry !== undefined, 'a payload is chained before it is evicted')
      chain = chainEntry(chain, entry, entry.payload.bytes())
      this.#chains[at] = chain
    }
    this.#chained = index
  }

  #compact(): void {
    this.#entries = this.#entries.slice(this.#head)
    this.#terms = this.#terms.slice(this.#head)
    this.#sizes = this.#sizes.slice(this.#head)
    this.#chains = this.#chains.slice(this.#head)
    this.#head = 0
  }
}

/**
 * The chain where entries were cut whose chain nobody computed. It is a function of the position alone,
 * so it says nothing about the bytes before it. That is sound only where no other member has these
 * entries: a chain exists to be compared, and here there is nobody to compare it with.
 */
export function rebasedChain(at: Position): Hash64 {
  return {
    high: (Math.imul(at.term, 0x9e3779b1) ^ at.index) >>> 0,
    low: (Math.imul(at.index, 0x85ebca6b) + at.term) >>> 0,
  }
}
