// Room ahead of LevelDB's log: zeros behind its end. A sync of a file that grew commits its new size to the file system's
// journal, too: twice the time, and all members of a machine wait for each other there. LevelDB writes where it is, never
// at the file's end, and takes zeros for room when it reads a log again. Only where each write is synced, so that at most
// one is not: what power loss leaves of several would not be their beginning any more.

import { closeSync, fstatSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes of zeros at a time: 47 batches of 50 clients. */
export const roomBytes = 256 * 1024
/** So much of it is left when there is more. */
const spareBytes = 16 * 1024
const zeros = new Uint8Array(roomBytes)

export class LogRoom {
  readonly #directory: string
  #name = ''
  #file = -1
  /** Where LevelDB is in the file at most, and where its zeros end. */
  #at = 0
  #end = 0
  #isOver = false

  constructor(directory: string) {
    this.#directory = directory
  }

  /** LevelDB is about to write so many bytes, and writes nothing now: what it holds ends where the file does, or before. */
  before(bytes: number): void {
    this.#at += bytes
    if (this.#isOver || this.#at + spareBytes < this.#end) return
    try {
      this.#extend(bytes)
    } catch {
      // Without it all is as slow as before; a disk that is full or broken fails the write itself.
      this.close()
    }
  }

  close(): void {
    this.#isOver = true
    if (this.#file >= 0) closeSync(this.#file)
    this.#file = -1
  }

  #extend(bytes: number): void {
    const name = newestLog(this.#directory)
    if (name === '') return
    if (name !== this.#name) {
      if (this.#file >= 0) closeSync(this.#file)
      this.#file = -1
      this.#file = openSync(join(this.#directory, name), 'r+')
      this.#name = name
    }
    const { size } = fstatSync(this.#file)
    // Of a file that is new here everything is LevelDB's.
    this.#at = Math.max(size - spareBytes, 0) + bytes
    const written = writeSync(this.#file, zeros, 0, roomBytes, size)
    this.#end = size + written
  }
}

/** LevelDB numbers its files. */
function newestLog(directory: string): string {
  let newest = ''
  let highest = -1
  for (const name of readdirSync(directory)) {
    if (!name.endsWith('.log')) continue
    const number = Number.parseInt(name, 10)
    if (number <= highest) continue
    highest = number
    newest = name
  }
  return newest
}
