// Writes what the strategy wants on disk: log records and hard state of one group, with the witness
// notes, and the once-a-second sync of durability `everysec`. Never lets an answer leave early: the
// strategy learns of a write only when the store says it is done.

import type { Durability } from '../api/config.js'
import type { LogEntry } from '../api/entry.js'
import type { Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { slotsName } from '../api/slot-moves.js'
import type { Row, WitnessNote } from '../api/store.js'
import type { LogRange, StoreBatch } from '../api/strategy.js'
import { hasBug } from '../base/seeded-bug.js'
import type { GroupLog } from '../log/records.js'
import type { ShardSink, SinkWrite } from './sink.js'

/** Milliseconds between two syncs under `everysec`. */
const syncEveryMs = 1_000
/** Stands in every entry that has a step of a move of slots; behind it in those that only bring copies. */
const moveWord = Buffer.from(slotsName, 'latin1')
const copyWord = Buffer.from('\x04copy', 'latin1')

export class LogWriter {
  readonly #log: GroupLog
  readonly #sink: ShardSink
  readonly #durability: Durability
  readonly #isStrict: boolean
  /** What the witness may hold once everything written so far is durable. */
  #note: WitnessNote | null = null
  #isUnsynced = false
  #mustSync = false
  #syncedAt = 0
  #inFlight = 0
  /** Why the store failed, or null. Nothing is written any more then. */
  failed: string | null = null

  /** `isStrict`: all is synced, whatever the durability. */
  constructor(init: {
    log: GroupLog
    sink: ShardSink
    durability: Durability
    isStrict?: boolean | undefined
  }) {
    this.#log = init.log
    this.#sink = init.sink
    this.#durability = init.durability
    this.#isStrict = init.isStrict === true
  }

  /** Bytes of the log on disk. */
  get bytes(): number {
    return this.#log.bytes
  }

  /** Everything written is durable. */
  get isSettled(): boolean {
    return this.#inFlight === 0 && !this.#isUnsynced
  }

  /** The next batch is synced. */
  seal(): void {
    if (this.#durability === 'everysec') this.#mustSync = true
  }

  /** Writes a batch; `done` is called once it is durable as far as `asked` says. */
  write(batch: StoreBatch, asked: boolean, done: () => void): void {
    const { witness, puts, deletes, ranges } = this.#log.writes(batch)
    const mustSync = asked || this.#isStrict || this.#mustSync || this.#movesSlots(puts)
    this.#mustSync = false
    // A reset that is not synced yet must not be forgotten by the note that follows it.
    const isReset = this.#isUnsynced && this.#note?.reset === true
    this.#note = isReset ? { ...witness, reset: true } : witness
    if (mustSync) this.#isUnsynced = false
    else this.#isUnsynced = true
    const notes = mustSync ? [this.#note] : []
    this.#submit({ store: 'log', puts, deletes, ranges, sync: mustSync, witness: notes }, done)
  }

  /**
   * Two groups go by the steps of a move: if one lost a step in a new era, slots would have two owners or none. With it
   * all that was written before is durable, copies too.
   */
  #movesSlots(puts: readonly Row[]): boolean {
    if (this.#durability !== 'everysec' || hasBug('move-steps-unsynced')) return false
    return puts.some(({ value }) => {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
      let at = bytes.indexOf(moveWord)
      for (; at >= 0; at = bytes.indexOf(moveWord, at)) {
        at += moveWord.length
        if (!bytes.subarray(at, at + copyWord.length).equals(copyWord)) return true
      }
      return false
    })
  }

  /** Entries up to `index` are executed: they are never truncated. */
  settle(index: number): void {
    this.#log.settle(index)
  }

  /** Reads old entries back from the disk. */
  fetch(range: LogRange, done: (entries: readonly LogEntry[]) => void): void {
    const rows: Row[] = []
    const ask = (from: string, to: string): void => {
      this.#sink.scan(
        'log',
        { from, to },
        {
          bytesMax: limits.scanBytesMax,
          done: (found, end) => {
            rows.push(...found)
            const last = found[found.length - 1]
            if (end || last === undefined) done(this.#log.decode(rows, range.from, range.to))
            else ask(`${last.key}\0`, to)
          },
        },
      )
    }
    const { from, to } = this.#log.read(range.from, range.to)
    if (from >= to) done([])
    else ask(from, to)
  }

  /** Under `everysec` and `none`: syncs once a second what was written unsynced. */
  turn(now: Now): void {
    if (!this.#isUnsynced || this.#durability === 'always') return
    if (now.mono - this.#syncedAt < syncEveryMs) return
    this.#syncedAt = now.mono
    this.sync()
  }

  /** Makes everything written so far durable. */
  sync(): void {
    if (!this.#isUnsynced) return
    this.#isUnsynced = false
    const witness = this.#note === null ? [] : [this.#note]
    const nothing = { puts: [], deletes: [], ranges: [] }
    this.#submit({ store: 'log', ...nothing, sync: true, witness }, () => {})
  }

  wakeAt(): number {
    return this.#isUnsynced && this.#durability !== 'always'
      ? this.#syncedAt + syncEveryMs
      : Number.MAX_SAFE_INTEGER
  }

  #submit(write: SinkWrite, done: () => void): void {
    if (this.failed !== null) return
    this.#inFlight++
    this.#sink.write(write, (error) => {
      this.#inFlight--
      if (error !== null && !hasBug('log-failed-write-counts')) this.failed = error
      else done()
    })
  }
}
