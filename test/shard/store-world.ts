// A state store and a sink for tests. Writes and scans wait until the test lets them happen, in the
// store's order; a crash keeps the synced writes and any prefix of what came after them, as LevelDB does.

import type { MemberId } from '../../src/api/ids.js'
import type { Row, RowRange, StoreName } from '../../src/api/store.js'
import type { TraceEvent } from '../../src/api/trace.js'
import type { Random } from '../../src/base/random.js'
import type { Channel, ShardSink, SinkWrite } from '../../src/shard/sink.js'

export interface Sent {
  readonly to: MemberId
  readonly channel: Channel
  readonly body: Uint8Array
}

interface PendingWrite {
  readonly write: SinkWrite
  readonly done: (error: string | null) => void
}

export class StoreWorld implements ShardSink {
  /** What a scan sees. */
  rows = new Map<string, Uint8Array>()
  readonly sent: Sent[] = []
  readonly traces: TraceEvent[] = []
  readonly writesSeen: SinkWrite[] = []
  linkIsUp = true
  failure: string | null = null
  wakes = 0
  #synced = new Map<string, Uint8Array>()
  #unsynced: SinkWrite[] = []
  #writes: PendingWrite[] = []
  #scans: (() => void)[] = []

  get writesWaiting(): number {
    return this.#writes.length
  }

  get scansWaiting(): number {
    return this.#scans.length
  }

  stir(): void {}

  write(write: SinkWrite, done: (error: string | null) => void): void {
    this.writesSeen.push(write)
    this.#writes.push({ write, done })
  }

  scan(
    _store: StoreName,
    range: RowRange,
    options: {
      readonly bytesMax: number
      readonly done: (rows: readonly Row[], end: boolean) => void
    },
  ): void {
    this.#scans.push(() => {
      const keys = [...this.rows.keys()].filter((key) => key >= range.from && key < range.to)
      keys.sort((a, b) => (a < b ? -1 : 1))
      const found: Row[] = []
      let bytes = 0
      for (const key of keys) {
        if (found.length > 0 && bytes >= options.bytesMax) break
        const value = this.rows.get(key) as Uint8Array
        found.push({ key, value })
        bytes += key.length + value.length
      }
      options.done(found, found.length === keys.length)
    })
  }

  send(to: MemberId, channel: Channel, body: Uint8Array): boolean {
    if (this.linkIsUp) this.sent.push({ to, channel, body })
    return this.linkIsUp
  }

  trace(event: TraceEvent): void {
    this.traces.push(event)
  }

  wake(): void {
    this.wakes++
  }

  /** The oldest waiting write happens and is answered. */
  answerWrite(): boolean {
    const next = this.#writes.shift()
    if (next === undefined) return false
    if (this.failure === null) this.#apply(next.write)
    next.done(this.failure)
    return true
  }

  answerScan(): boolean {
    const next = this.#scans.shift()
    next?.()
    return next !== undefined
  }

  answerAll(): void {
    while (this.answerScan() || this.answerWrite());
  }

  /** The process dies: what waits is gone, and of what was not synced any tail. */
  crash(random: Random): void {
    const reached = random.below(this.#writes.length + 1)
    for (const { write } of this.#writes.slice(0, reached)) this.#apply(write)
    const kept = random.below(this.#unsynced.length + 1)
    this.rows = new Map(this.#synced)
    for (const write of this.#unsynced.slice(0, kept)) change(this.rows, write)
    this.#synced = new Map(this.rows)
    this.#unsynced = []
    this.#writes = []
    this.#scans = []
    this.sent.length = 0
  }

  #apply(write: SinkWrite): void {
    change(this.rows, write)
    this.#unsynced.push(write)
    if (!write.sync) return
    this.#synced = new Map(this.rows)
    this.#unsynced = []
  }
}

function change(rows: Map<string, Uint8Array>, write: SinkWrite): void {
  for (const key of write.deletes) rows.delete(key)
  for (const range of write.ranges) {
    for (const key of [...rows.keys()]) if (key >= range.from && key < range.to) rows.delete(key)
  }
  for (const row of write.puts) rows.set(row.key, row.value)
}
