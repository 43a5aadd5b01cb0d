// Deletes ranges of the state store that no checkpoint needs: generations left by a crash or replaced
// by a snapshot. One small slice at a time, unsynced and paced, because nothing waits for it: what a
// crash leaves is found again at the next boot. Driven once per turn by the shard.

import type { Now } from '../api/ids.js'
import type { RowRange } from '../api/store.js'
import type { ShardSink } from './sink.js'

const sliceBytes = 256 * 1024
const sliceIntervalMs = 10

export class Cleaner {
  readonly #sink: ShardSink
  /** Ranges still to go; the first one shrinks from its start. Bounded by the installs of one run. */
  readonly #ranges: RowRange[] = []
  #isWaiting = false
  #nextAt = 0

  constructor(sink: ShardSink) {
    this.#sink = sink
  }

  get isIdle(): boolean {
    return this.#ranges.length === 0 && !this.#isWaiting
  }

  add(ranges: readonly RowRange[]): void {
    this.#ranges.push(...ranges)
  }

  /** Monotonic milliseconds at which `turn` is next needed. */
  wakeAt(): number {
    return this.#isWaiting || this.#ranges.length === 0 ? Infinity : this.#nextAt
  }

  turn(now: Now): void {
    const range = this.#ranges[0]
    if (range === undefined || this.#isWaiting || now.mono < this.#nextAt) return
    this.#isWaiting = true
    this.#nextAt = now.mono + sliceIntervalMs
    this.#sink.scan('state', range, {
      bytesMax: sliceBytes,
      done: (rows, end) =>
        this.#delete(
          rows.map((row) => row.key),
          end,
        ),
    })
  }

  /** Deletes by key: a batch of keys is one atomic write in the store's own order, a cleared range is not. */
  #delete(keys: readonly string[], end: boolean): void {
    const range = this.#ranges[0] as RowRange
    const last = keys[keys.length - 1]
    if (end || last === undefined) this.#ranges.shift()
    else this.#ranges[0] = { from: `${last}\0`, to: range.to }
    if (keys.length === 0) {
      this.#isWaiting = false
      return
    }
    this.#sink.write(
      { store: 'state', puts: [], deletes: keys, ranges: [], sync: false, witness: [] },
      (error) => {
        // A failed write poisons the store; the core stops, so no slice follows.
        this.#isWaiting = error !== null
      },
    )
  }
}
