// One simulated ordered store, after LevelDB: writes are atomic; a sync makes all writes before it
// durable; a power loss takes unsynced ones, from some point on or each for itself.

import type { Row, StoreWrite } from '../../src/api/store.js'
import type { Random } from '../../src/base/random.js'

type Rows = Map<string, Uint8Array>

/** How a power loss takes unsynced writes. */
export type LossMode = 'suffix' | 'each'

export class SimStore {
  /** What reads see. */
  #current: Rows = new Map()
  /** What a power loss leaves at least. */
  #durable: Rows = new Map()
  /** Each as one: a batch is there whole or not at all. */
  #unsynced: (readonly StoreWrite[])[] = []

  get rowCount(): number {
    return this.#current.size
  }

  /** Writes that go together, synced if one of them asks for it. */
  apply(batch: readonly StoreWrite[]): void {
    for (const write of batch) applyWrite(this.#current, write)
    this.#unsynced.push(batch)
    if (batch.some(({ sync }) => sync)) this.sync()
  }

  sync(): void {
    for (const write of this.#unsynced.flat()) applyWrite(this.#durable, write)
    this.#unsynced = []
  }

  losePower(random: Random, mode: LossMode): void {
    const batches = this.#unsynced
    const kept = mode === 'suffix' ? batches.slice(0, random.below(batches.length + 1)) : []
    if (mode === 'each') for (const batch of batches) if (random.chance(1, 2)) kept.push(batch)
    this.#unsynced = kept
    this.sync()
    this.#current = new Map(this.#durable)
  }

  /** Rows with from <= key < to in key order, at most about `bytesMax`. */
  scan(
    from: string,
    to: string,
    bytesMax: number,
  ): { readonly rows: readonly Row[]; readonly done: boolean } {
    const keys: string[] = []
    for (const key of this.#current.keys()) if (key >= from && key < to) keys.push(key)
    keys.sort(byKey)
    const rows: Row[] = []
    let bytes = 0
    for (const key of keys) {
      if (bytes >= bytesMax) return { rows, done: false }
      const value = this.#current.get(key) as Uint8Array
      bytes += key.length + value.length
      rows.push({ key, value })
    }
    return { rows, done: true }
  }

  rows(): readonly Row[] {
    const rows: Row[] = []
    for (const [key, value] of this.#current) rows.push({ key, value })
    return rows.sort((a, b) => byKey(a.key, b.key))
  }

  wipe(): void {
    this.restore([])
  }

  restore(rows: readonly Row[]): void {
    this.#current = new Map(rows.map((row) => [row.key, row.value]))
    this.#durable = new Map(this.#current)
    this.#unsynced = []
  }

  /** Flips one bit of one row that lies on the disk; false when there is none. */
  rot(random: Random): boolean {
    const rows = this.rows().filter((row) => row.value.length > 0)
    if (rows.length === 0) return false
    const row = random.pick(rows)
    const value = Uint8Array.from(row.value)
    const at = random.below(value.length)
    value[at] = (value[at] as number) ^ (1 << random.below(8))
    this.#current.set(row.key, value)
    this.#durable.set(row.key, value)
    return true
  }
}

function applyWrite(rows: Rows, write: StoreWrite): void {
  for (const key of write.deletes) rows.delete(key)
  for (const range of write.ranges) {
    for (const key of rows.keys()) if (key >= range.from && key < range.to) rows.delete(key)
  }
  for (const row of write.puts) rows.set(row.key, row.value)
}

function byKey(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
