// LevelDB written through the methods that abstract-level has for who extends it: `batch` and `put` copy and encode each
// operation first, which for rows that are bytes already costs twice as much as LevelDB itself.

import { Level } from 'level'

export type BatchOperation =
  | { readonly type: 'del'; readonly key: Buffer }
  | { readonly type: 'put'; readonly key: Buffer; readonly value: Uint8Array }

interface WriteOptions {
  readonly sync: boolean
}

const [synced, unsynced] = [{ sync: true }, { sync: false }]

export class RawLevel extends Level<Buffer, Uint8Array> {
  declare protected _put: (key: Buffer, value: Uint8Array, options: WriteOptions) => Promise<void>
  declare protected _batch: (
    operations: readonly BatchOperation[],
    options: WriteOptions,
  ) => Promise<void>

  /** Atomic; nothing where there are no operations. Rejects where it is not open. */
  async write(operations: readonly BatchOperation[], sync: boolean): Promise<void> {
    if (this.status !== 'open') throw new Error('Database is not open')
    if (operations.length === 0) return
    const options = sync ? synced : unsynced
    const [first] = operations
    // One record of a log, as most batches are: half the way.
    if (operations.length === 1 && first?.type === 'put') {
      return this._put(first.key, first.value, options)
    }
    return this._batch(operations, options)
  }
}
