// Numbers the store writes and the scans of all shards, each in order, and finds their callbacks again when the host
// answers. Keeps nothing of what is written.

import type { Input, Output } from '../api/io.js'
import type { Row, RowRange, StoreName } from '../api/store.js'
import { Awaited } from '../base/awaited.js'
import type { SinkWrite } from '../shard/sink.js'

type Stored = (error: string | null) => void
type Scanned = (rows: readonly Row[], end: boolean) => void

export class Stores {
  readonly #out: Output[]
  readonly #writes = new Awaited<Stored>()
  readonly #scans = new Awaited<Scanned>()
  /** Why a store failed, or null. */
  failed: string | null = null

  /** `out` is drained at the end of each turn. */
  constructor(out: Output[]) {
    this.#out = out
  }

  get inFlight(): number {
    return this.#writes.size + this.#scans.size
  }

  write(write: SinkWrite, done: Stored): void {
    const id = this.#writes.add(done)
    const { store, puts, deletes, ranges, sync, witness } = write
    this.#out.push({
      kind: 'store',
      write: { store, id, deletes, ranges, puts, sync, witness },
    })
  }

  scan(store: StoreName, range: RowRange, options: { bytesMax: number; done: Scanned }): void {
    const id = this.#scans.add(options.done)
    const { from, to } = range
    this.#out.push({ kind: 'scan', id, store, from, to, bytesMax: options.bytesMax })
  }

  stored(input: Extract<Input, { kind: 'stored' }>): void {
    const done = this.#writes.take(input.id)
    if (input.error !== null) this.failed ??= `the ${input.store} store failed: ${input.error}`
    done?.(input.error)
  }

  scanned(input: Extract<Input, { kind: 'scanned' }>): void {
    const done = this.#scans.take(input.id)
    done?.(input.rows, input.done)
  }
}
