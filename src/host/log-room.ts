// Room ahead of LevelDB's log: zeros behind its end. A sync of a file that grew commits its new size to the file system's
// journal, too: twice the time, and all members of a machine wait for each other there. LevelDB writes where it is, never
// at the file's end, and takes zeros for room when it reads a log again. Of writes that were not synced, power loss leaves
// any there, not the first ones. So each batch is synced where there is room; only what `clear` deletes, behind the
// checkpoint, is not: any of it may be back, as may all of it without room, and the next start deletes it again.

import { closeSync, fstatSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes of zeros at a time: 47 batches of 50 clients. */
export const roomBytes = 256 * 1024
/** So much of it is left when there is more. */
const spareBytes = 16 * 1024
const zeros = new Uint8Array(roomBytes)

/** Hears, once, why there is no more room. */
export type RoomLost = (why: string) => void

export class LogRoom {
  readonly #directory: string
  readonly #lost: RoomLost
  /**
   * Where LevelDB is in the file at most, but for what `clear` wrote since the last zeros, for batches that met another
   * call under way, which do not come here, and for a file that it began since: where that takes it beyond them, the file
   * grows as without room until the next ones come.
   */
  #at = 0
  /** Where the zeros end. */
  #end = 0
  #isOver = false

  constructor(directory: string, lost: RoomLost) {
    this.#directory = directory
    this.#lost = lost
  }

  /** LevelDB is about to write so many bytes, and writes nothing now: what it holds ends where the file does, or before. */
  before(bytes: number): void {
    this.#at += bytes
    if (this.#isOver || this.#at + spareBytes < this.#end) return
    try {
      this.#extend(bytes)
    } catch (error) {
      // Without it all is as slow as before; a disk that is full or broken fails the write itself.
      this.#isOver = true
      this.#lost(error instanceof Error ? error.message : String(error))
    }
  }

  /** Nothing is written here any more: another may own the directory. */
  close(): void {
    this.#isOver = true
  }

  #extend(bytes: number): void {
    const name = newestLog(this.#directory)
    if (name === '') return
    const file = openSync(join(this.#directory, name), 'r+')
    try {
      const { size } = fstatSync(file)
      // Old zeros are used up to there at most. A file without any is used to its end: the spare bytes allow for that.
      this.#at = Math.max(size - spareBytes, 0) + bytes
      this.#end = size + writeSync(file, zeros, 0, roomBytes, size)
    } finally {
      release(file)
    }
  }
}

/** The number is free again also where this fails: never closed twice. What was not written is nothing but zeros. */
function release(file: number): void {
  try {
    closeSync(file)
  } catch {
    // LevelDB's own sync tells of a disk that is broken.
  }
}

/** LevelDB numbers its files. */
function newestLog(directory: string): string {
  let newest = ''
  let highest = -1
  for (const name of readdirSync(directory)) {
    if (!/^\d+\.log$/.test(name)) continue
    const number = Number.parseInt(name, 10)
    if (number <= highest) continue
    highest = number
    newest = name
  }
  return newest
}
