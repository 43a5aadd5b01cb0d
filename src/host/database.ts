// One LevelDB directory, as little of it as is used. Knows the file layout of LevelDB and its words for
// damage; never decides what is written.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Row, RowRange, StoreName } from '../api/store.js'
import { QuorateError } from '../base/errors.js'
import { LogRoom, type RoomLost } from './log-room.js'
import { type BatchOperation, RawLevel } from './raw-level.js'
import { checkTables } from './tables.js'

/**
 * Rows and bytes that a scan takes from LevelDB at a time. Each row is two buffers, and while V8 marks a heap beside which
 * 64 MB of buffers were made, each new one costs 5 to 10 ms: 13 rows at a time held a member up for 77 ms.
 */
const chunkRowsMax = 1_024
const chunkBytesMax = 8 * 1024

/** The database under a store, as little of it as is used: tests make it fail. */
export interface Database {
  /** Atomic. Without operations it still syncs what was written before. */
  batch(operations: BatchOperation[], sync: boolean): Promise<void>
  /** Rows from the start of a range, at most about `bytesMax`; whether the range is exhausted. */
  scan(range: RowRange, bytesMax: number): Promise<{ readonly rows: Row[]; readonly done: boolean }>
  /** Deletes the first rows of a range, at most `countMax`, unsynced; the key behind them, null where none is left. */
  clear(range: RowRange, countMax: number): Promise<string | null>
  close(): Promise<void>
}

/** The message with that of its cause: LevelDB's own words stand there. */
export function describe(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}

/**
 * Opens a LevelDB directory; STORE_OPEN or STORE_CORRUPT when it cannot be used. With `lost` its log has room ahead, and
 * each batch is synced, asked or not.
 */
export async function openDatabase(
  directory: string,
  name: StoreName,
  lost: RoomLost | null = null,
): Promise<Database> {
  if (isBeheaded(directory)) {
    const sentence = `the ${name} store in ${directory} holds data files but no file CURRENT`
    throw new QuorateError('STORE_CORRUPT', sentence)
  }
  const fault = await findFault(directory)
  if (fault !== null) {
    const sentence = `the ${name} store in ${directory} is damaged: ${fault}`
    throw new QuorateError('STORE_CORRUPT', sentence)
  }
  const level = new RawLevel(directory, {
    keyEncoding: 'buffer',
    valueEncoding: 'view',
    // Checked by `checkTables`, which reads no compressed index.
    compression: false,
    writeBufferSize: 16 * 1024 * 1024,
    maxOpenFiles: 100,
  })
  try {
    await level.open()
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error))
    const why = describe(cause)
    const isDamaged = /corrupt|checksum|missing files/i.test(why)
    const isTaken = /\bLOCK\b/.test(why)
    const sentence = isTaken
      ? `the ${name} store in ${directory} is in use by another process (${why})`
      : `the ${name} store in ${directory} cannot be opened: ${why}`
    throw new QuorateError(isDamaged ? 'STORE_CORRUPT' : 'STORE_OPEN', sentence, { cause })
  }
  return new LevelDatabase(level, lost === null ? null : new LogRoom(directory, lost))
}

async function findFault(directory: string): Promise<string | null> {
  if (!existsSync(directory)) return null
  try {
    return await checkTables(directory)
  } catch (cause) {
    // Also where another process works on the directory and deletes a table meanwhile.
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new QuorateError('STORE_OPEN', `${directory} cannot be read: ${why}`, { cause })
  }
}

/** Without CURRENT, LevelDB would begin anew and delete the data files as left-overs. */
function isBeheaded(directory: string): boolean {
  if (!existsSync(directory) || existsSync(join(directory, 'CURRENT'))) return false
  return readdirSync(directory).some((file) => /\.(ldb|sst|log)$/.test(file))
}

class LevelDatabase implements Database {
  readonly #level: RawLevel
  readonly #room: LogRoom | null
  /** Calls that write and are not answered yet. */
  #writing = 0

  constructor(level: RawLevel, room: LogRoom | null) {
    this.#level = level
    this.#room = room
  }

  async batch(operations: BatchOperation[], sync: boolean): Promise<void> {
    const room = this.#room
    const isAlone = this.#writing++ === 0
    try {
      if (isAlone) room?.before(bytesOf(operations))
      // One that only cuts the log was not asked to be; see `LogRoom`.
      await this.#write(operations, sync || (room !== null && operations.length > 0))
    } finally {
      this.#writing--
    }
  }

  #write(operations: BatchOperation[], sync: boolean): Promise<void> {
    // An empty batch is not written at all, so that nothing would be synced.
    if (operations.length === 0 && sync) operations.push({ type: 'del', key: keyBytes('\0') })
    return this.#level.write(operations, sync)
  }

  async scan(
    range: RowRange,
    bytesMax: number,
  ): Promise<{ readonly rows: Row[]; readonly done: boolean }> {
    const rows: Row[] = []
    let bytes = 0
    const iterator = this.#level.iterator({
      gte: keyBytes(range.from),
      lt: keyBytes(range.to),
      fillCache: false,
      highWaterMarkBytes: Math.min(bytesMax, chunkBytesMax),
    })
    try {
      while (bytes < bytesMax) {
        const found = await iterator.nextv(chunkRowsMax)
        if (found.length === 0) return { rows, done: true }
        for (const [key, value] of found) {
          rows.push({ key: key.toString('latin1'), value })
          bytes += key.length + value.length
        }
      }
      return { rows, done: false }
    } finally {
      await iterator.close()
    }
  }

  /** Without a look at the keys: a thousand buffers, see `chunkBytesMax`, held a member up for 662 ms. */
  async clear(range: RowRange, countMax: number): Promise<string | null> {
    const options = { gte: keyBytes(range.from), lt: keyBytes(range.to) }
    this.#writing++
    try {
      await this.#level.clear({ ...options, limit: countMax })
    } finally {
      this.#writing--
    }
    const [next] = await this.#level.keys({ ...options, limit: 1, fillCache: false }).all()
    return next === undefined ? null : next.toString('latin1')
  }

  close(): Promise<void> {
    this.#room?.close()
    return this.#level.close()
  }
}

/** In LevelDB's log, at most: the heads of the record, of its parts in each block, and of each operation. */
function bytesOf(operations: readonly BatchOperation[]): number {
  let bytes = 64
  for (const each of operations) {
    bytes += 16 + each.key.length + (each.type === 'put' ? each.value.length : 0)
  }
  return bytes + (bytes >> 10)
}

/** Bytes of a row key. */
export function keyBytes(key: string): Buffer {
  return Buffer.from(key, 'latin1')
}
