// One of the two ordered stores of a member on LevelDB. One atomic batch is in flight; what arrives
// meanwhile forms the next one, in order. After the first write that fails the handle is poisoned:
// LevelDB would answer OK to later writes and lose them, so nothing is written to it ever again.

import type { Row, RowRange, StoreName, StoreWrite, WitnessNote } from '../api/store.js'
import { type Database, describe, keyBytes } from './database.js'
import type { BatchOperation } from './raw-level.js'

/** Writes and bytes that one batch takes up at most; a single larger write still goes at once. */
const batchWritesMax = 4_096
const batchBytesMax = 16 * 1024 * 1024
/** While other writes pass, the next keys of a range are deleted in place of one batch in so many. */
const clearingInterval = 16
/** Keys of a range that are deleted at a time. */
const rangeKeysPerStep = 1_024

export interface StoreOptions {
  readonly name: StoreName
  readonly database: Database
  /** The batch with these notes is durable; call `done` when they may be relied on. */
  readonly witness: (notes: readonly WitnessNote[], done: (error: string | null) => void) => void
  /** A write was durable, or failed. */
  readonly stored: (store: StoreName, id: number, error: string | null) => void
  /** Called once, after all failed writes were answered. */
  readonly poisoned: (store: StoreName, why: string) => void
}

/** Keys of a write's ranges that were not deleted yet. */
interface Clearing {
  range: RowRange
  /** Holds back the writes that came after it: they touch the range, or somebody relies on it. */
  isBlocking: boolean
}

export class Store {
  readonly #options: StoreOptions
  readonly #waiting: StoreWrite[] = []
  #clearing: Clearing[] = []
  /** The write at the head, once the ranges that it waits for are being deleted. */
  #cleared: StoreWrite | null = null
  #batches = 0
  /** Of the batch in flight. */
  #ids: number[] = []
  #notes: WitnessNote[] = []
  #isBusy = false
  #poison: string | null = null
  #idle: (() => void)[] = []

  constructor(options: StoreOptions) {
    this.#options = options
  }

  /** Why nothing is written any more, or null. */
  get poison(): string | null {
    return this.#poison
  }

  write(write: StoreWrite): void {
    if (this.#poison !== null) {
      this.#options.stored(this.#options.name, write.id, this.#poison)
      return
    }
    this.#waiting.push(write)
    if (this.#isBusy) return
    // All writes of a turn go together: groups that hang on each other come back as they were at its end.
    this.#isBusy = true
    queueMicrotask(() => this.#next())
  }

  scan(
    range: RowRange,
    bytesMax: number,
  ): Promise<{ readonly rows: Row[]; readonly done: boolean }> {
    return this.#options.database.scan(range, bytesMax)
  }

  /** Resolves when nothing waits any more. */
  drain(): Promise<void> {
    if (!this.#isBusy) return Promise.resolve()
    return new Promise((done) => this.#idle.push(done))
  }

  close(): Promise<void> {
    return this.#options.database.close()
  }

  /** Starts the next batch; nothing is in flight. */
  #next(): void {
    this.#isBusy = true
    if (this.#clearsNext()) {
      this.#clear()
      return
    }
    if (this.#waiting.length === 0) {
      this.#isBusy = false
      for (const done of this.#idle.splice(0)) done()
      return
    }
    this.#batches++
    const operations: BatchOperation[] = []
    const sync = this.#merge(operations)
    if (this.#ids.length === 0) this.#clear()
    else this.#options.database.batch(operations, sync).then(this.#finished, this.#failed)
  }

  #clearsNext(): boolean {
    if (this.#clearing.length === 0) return false
    if (this.#waiting.length === 0 || this.#batches % clearingInterval === 0) return true
    return this.#clearing.some((one) => one.isBlocking)
  }

  /** Moves writes into one batch; whether it must be synced. */
  #merge(operations: BatchOperation[]): boolean {
    let sync = false
    let bytes = 0
    let taken = 0
    for (const write of this.#waiting) {
      if (taken === batchWritesMax || bytes > batchBytesMax) break
      if (this.#clearing.length > 0 && this.#collides(write)) break
      if (write.ranges.length > 0 && !this.#begin(write)) break
      taken++
      for (const key of write.deletes) operations.push({ type: 'del', key: keyBytes(key) })
      for (const { key, value } of write.puts) {
        operations.push({ type: 'put', key: keyBytes(key), value })
        bytes += value.length
      }
      sync ||= write.sync
      this.#ids.push(write.id)
      for (const note of write.witness) this.#notes.push(note)
    }
    this.#waiting.splice(0, taken)
    return sync
  }

  /**
   * Ranges of the log lie behind everything that is still written, so they go in slices while other
   * writes pass. Elsewhere the ranges come first and the write waits. False: not yet.
   */
  #begin(write: StoreWrite): boolean {
    if (this.#cleared === write) {
      this.#cleared = null
      return true
    }
    const isLazy =
      this.#options.name === 'log' && !write.puts.some((row) => isIn(write.ranges, row))
    for (const range of write.ranges) this.#clearing.push({ range, isBlocking: !isLazy })
    if (!isLazy) this.#cleared = write
    return isLazy
  }

  /** Whether a write puts rows into a range that is still being deleted: then that comes first. */
  #collides(write: StoreWrite): boolean {
    let collides = false
    for (const one of this.#clearing) {
      if (!write.puts.some((row) => isIn([one.range], row))) continue
      one.isBlocking = true
      collides = true
    }
    return collides
  }

  /** Deletes the next keys of the first range, front to back. */
  #clear(): void {
    const first = this.#clearing.find((one) => one.isBlocking) ?? (this.#clearing[0] as Clearing)
    const work = this.#options.database.clear(first.range, rangeKeysPerStep).then((next) => {
      if (next === null) this.#clearing = this.#clearing.filter((one) => one !== first)
      else first.range = { from: next, to: first.range.to }
    })
    this.#batches++
    work.then(() => this.#next(), this.#failed)
  }

  readonly #finished = (): void => {
    if (this.#notes.length === 0) {
      this.#acknowledge(null)
      return
    }
    const notes = this.#notes
    this.#notes = []
    this.#options.witness(notes, this.#acknowledge)
  }

  readonly #acknowledge = (error: string | null): void => {
    if (error !== null) {
      this.#failed(error)
      return
    }
    const ids = this.#ids
    this.#ids = []
    for (const id of ids) this.#options.stored(this.#options.name, id, null)
    this.#next()
  }

  readonly #failed = (cause: unknown): void => {
    const why = cause instanceof Error ? describe(cause) : String(cause)
    this.#poison = why
    const ids = [...this.#ids, ...this.#waiting.map((write) => write.id)]
    this.#ids = []
    this.#waiting.length = 0
    this.#clearing = []
    this.#isBusy = false
    for (const id of ids) this.#options.stored(this.#options.name, id, why)
    for (const done of this.#idle.splice(0)) done()
    this.#options.poisoned(this.#options.name, why)
  }
}

function isIn(ranges: readonly RowRange[], row: Row): boolean {
  return ranges.some((range) => row.key >= range.from && row.key < range.to)
}
