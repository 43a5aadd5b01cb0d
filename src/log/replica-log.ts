// The log of one member of a total-order strategy, with the marks that move over it: handed to the disk,
// durable, committed, executed. The rules that every such strategy needs are asserted here. Driven by
// the strategy's roles; takes no decision of the protocol.

import type { Durability } from '../api/config.js'
import type { LogEntry } from '../api/entry.js'
import type { Token } from '../api/ids.js'
import type { Position } from '../api/position.js'
import type { Delivery, Dropped } from '../api/strategy.js'
import { assert } from '../base/assert.js'
import { type Hash64, hashEquals } from '../base/hash.js'
import { hasBug } from '../base/seeded-bug.js'
import { Tail } from './tail.js'

/** A write on its way to the disk. */
export interface WriteInFlight {
  readonly batch: number
  /** Last entry of the log as of this write that is still the same one; falls with a truncation. */
  index: number
  /** Term of the hard state in it, -1 for none. */
  readonly term: number
  /** Milliseconds of the clock when it was handed out. */
  readonly begunAt: number
}

export interface ReplicaLogInit {
  readonly base: Position
  readonly baseChain: Hash64
  readonly entries: readonly LogEntry[]
  readonly durability: Durability
  /** No other member ever holds these entries. */
  readonly isAlone: boolean
  /** Bytes of payloads kept in memory. */
  readonly tailBytes: number
  /** Told of proposals that left the log. */
  readonly drop: (token: Token, reason: Dropped['reason'], definite: boolean) => void
}

const nothing: readonly never[] = []

export class ReplicaLog {
  readonly tail: Tail
  /** Greatest index known to be committed; never goes back within an era. */
  commit: number
  /** Greatest index handed to the engine, and the greatest that it says it applied. */
  delivered: number
  applied: number
  /** Bytes of entries delivered and not applied. */
  unappliedBytes = 0
  /** Entries up to here are handed to the disk; up to `stable` they are on it. */
  saved: number
  stable: number
  readonly writes: WriteInFlight[] = []
  batch = 0
  /** Tokens of own proposals by index. */
  readonly tokens = new Map<number, Token>()
  /** For the next write. */
  cutTo: number | null = null
  reset: { readonly at: Position; readonly chain: Hash64 } | null = null
  readonly #durability: Durability
  readonly #drop: ReplicaLogInit['drop']
  #isAlone: boolean

  constructor(init: ReplicaLogInit) {
    // Not all of `init`: it has every entry that was found on the disk.
    this.#durability = init.durability
    this.#drop = init.drop
    this.#isAlone = init.isAlone
    this.tail = new Tail(init.base, init.baseChain, {
      lazyChain: init.isAlone && init.durability === 'none',
      bytesMax: init.tailBytes,
    })
    for (const entry of init.entries) this.tail.append(entry)
    this.commit = init.base.index
    this.delivered = init.base.index
    this.applied = init.base.index
    this.saved = this.tail.last
    this.stable = this.tail.last
  }

  /** Entries reach the disk. */
  get isKept(): boolean {
    return this.#durability !== 'none'
  }

  /** No other member ever held these entries. */
  get isAlone(): boolean {
    return this.#isAlone
  }

  /** Others take part from now on. */
  joined(): void {
    if (!this.#isAlone) return
    this.#isAlone = false
    this.tail.keepChain()
  }

  /** Position of the commit index. */
  get commitPosition(): Position {
    return this.positionAt(this.commit)
  }

  positionAt(index: number): Position {
    return { term: this.tail.termAt(index) ?? this.tail.base.term, index }
  }

  append(entry: LogEntry): void {
    this.tail.append(entry)
    // Without a log on disk an entry is as durable as it will ever be.
    if (!this.isKept) this.saved = this.stable = this.tail.last
  }

  /**
   * Takes a leader's entries, which fit behind what is there. Only one of another term truncates; a message
   * that is older than the log changes nothing. `conflict` drops everything behind an index, or answers
   * false to leave it.
   */
  adopt(entries: readonly LogEntry[], conflict: (after: number) => boolean): void {
    const { tail } = this
    for (const entry of entries) {
      const term = tail.termAt(entry.index)
      if (term === entry.term || (term !== null && entry.index <= tail.base.index)) continue
      if (term !== null && !conflict(entry.index - 1)) continue
      this.append(entry)
    }
  }

  /** Where this log may agree with one that has `at`: its last entry up to there whose term is not above. */
  agrees(at: Position): Position {
    const index = this.tail.lastWithTermAtMost(at.term, at.index)
    return { term: this.tail.termAt(index) ?? 0, index }
  }

  /** The index from which on a leader tries to send to who answered with `hint`. */
  agreedIndex(hint: Position): number {
    const isInLog = hint.term > 0 && hint.index >= this.tail.base.index
    return isInLog ? this.tail.lastWithTermAtMost(hint.term, hint.index) : hint.index
  }

  /** Everything behind `after` goes. */
  truncate(after: number): void {
    this.dropTokens(after)
    this.tail.truncate(after)
    this.saved = Math.min(this.saved, after)
    this.stable = Math.min(this.stable, after)
    if (hasBug('raft-self-ack-after-truncation')) return
    for (const write of this.writes) write.index = Math.min(write.index, after)
  }

  /** Own proposals behind `after` are gone from this log; another member may still bring them back. */
  dropTokens(after: number): void {
    for (const [index, token] of this.tokens) {
      if (index <= after) continue
      this.tokens.delete(index)
      this.#drop(token, 'truncated', false)
    }
  }

  commitTo(index: number): void {
    assert(
      index <= this.tail.last || hasBug('raft-commit-beyond-match'),
      'what is committed is in the log',
    )
    const to = Math.min(index, this.tail.last)
    if (to > this.commit) this.commit = to
  }

  /** The engine executed everything up to `index`. */
  applyTo(index: number): void {
    assert(index <= this.delivered, 'only what was delivered is applied')
    for (let at = Math.max(this.applied, this.tail.base.index) + 1; at <= index; at++) {
      this.unappliedBytes -= this.tail.sizeAt(at)
    }
    if (index > this.applied) this.applied = index
    if (this.applied === this.delivered) this.unappliedBytes = 0
    this.tail.pack(Math.min(this.stable, this.applied))
  }

  /** What may be executed up to `end`, until `bytesMax` are on their way through the engine. */
  deliver(end: number, bytesMax: number): readonly Delivery[] {
    if (this.delivered >= end) return nothing
    const found: Delivery[] = []
    while (this.delivered < end && this.unappliedBytes < bytesMax) {
      const index = this.delivered + 1
      const entry = this.tail.entryAt(index)
      if (entry === null) break
      const token = this.tokens.get(index)
      if (token !== undefined) this.tokens.delete(index)
      found.push({ at: { term: entry.term, index }, payload: entry.payload, token: token ?? null })
      this.delivered = index
      this.unappliedBytes += entry.payload.size
    }
    return found
  }

  /** The write with this number is on disk, and all before it. `done` hears of each. */
  persisted(batch: number, done: (write: WriteInFlight) => void): void {
    while (this.writes.length > 0 && (this.writes[0] as { batch: number }).batch <= batch) {
      const write = this.writes.shift()
      if (write === undefined) break
      this.stable = Math.max(this.stable, Math.min(write.index, this.tail.last))
      done(write)
    }
  }

  /** Payloads that nobody is expected to ask for leave the memory. */
  evict(): void {
    if (this.isKept) this.tail.evict(Math.min(this.stable, this.applied))
  }

  /** Everything up to `position` is in a finished checkpoint: the log may go, save `keepBytes` for laggards. */
  cut(position: Position, keepBytes: number): void {
    let to = Math.min(position.index, this.applied, this.stable)
    if (!this.#isAlone && this.isKept) {
      let kept = 0
      while (to > this.tail.base.index) {
        kept += this.tail.sizeAt(to)
        if (kept > keepBytes) break
        to--
      }
    }
    if (to <= this.tail.base.index) return
    this.tail.cut(to)
    if (this.isKept) this.cutTo = to
  }

  /**
   * The engine is now exactly at `at`. The log behind it stays only where it surely continues from there;
   * never where `isOther`: it belongs to another history. True where it stays.
   */
  install(at: Position, chain: Hash64, isOther: boolean): boolean {
    this.delivered = at.index
    this.applied = at.index
    this.unappliedBytes = 0
    const stays = this.#continues(at, chain, isOther)
    if (!stays) {
      assert(
        at.index >= this.commit ||
          isOther ||
          this.tail.evicted > at.index ||
          at.index < this.tail.base.index,
        'a snapshot does not go back behind the commit index',
      )
      this.#restart(at, chain)
    }
    this.commit = Math.max(this.commit, at.index)
    return stays
  }

  #continues(at: Position, chain: Hash64, isOther: boolean): boolean {
    if (hasBug('raft-snapshot-keeps-log') && at.index <= this.tail.last) return true
    if (isOther || this.tail.evicted > at.index) return false
    const own = this.tail.chainAt(at.index)
    return this.tail.termAt(at.index) === at.term && own !== null && hashEquals(own, chain)
  }

  #restart(at: Position, chain: Hash64): void {
    this.dropTokens(0)
    this.tail.reset(at, chain)
    this.commit = at.index
    this.saved = at.index
    this.stable = at.index
    for (const write of this.writes) write.index = 0
    this.reset = { at, chain }
    this.cutTo = null
  }
}
