// The unfinished token of a connection, carried from one chunk of bytes to the next: a line, or the
// bytes of a bulk string received so far. Holds no more than about twice what was received, whatever
// length was announced, and copies each byte a bounded number of times.

import { Buffer } from 'node:buffer'

const blockBytesMin = 128
/** A line must fit into one block, the bytes of a bulk string are turned to text block by block. */
const blockBytesMax = 128 * 1024
/** So much of a bulk string in one chunk is turned to text where it stands. */
const pieceBytesMin = 8 * 1024
const noBlock = Buffer.alloc(0)

export class Carry {
  /** The newest bytes, [0, #fill). Given back when it grew. */
  #block: Buffer = noBlock
  #fill = 0
  /** Text of all bytes before the block: V8 puts the pieces together where somebody asks for what is in them. */
  #text = ''
  #length = 0

  /** Bytes carried. */
  get length(): number {
    return this.#length
  }

  /** The bytes, as long as there are at most `blockBytesMax` of them: all lines. */
  get block(): Buffer {
    return this.#block
  }

  /** Adds bytes[from, to) of a line. */
  append(bytes: Buffer, from: number, to: number): void {
    this.#length += to - from
    this.#reserve(to - from)
    bytes.copy(this.#block, this.#fill, from, to)
    this.#fill += to - from
  }

  /** Adds bytes[from, to) of a bulk string. */
  appendBulk(bytes: Buffer, from: number, to: number): void {
    if (to - from < pieceBytesMin) {
      if (this.#fill + to - from > blockBytesMax) this.#flush()
      return this.append(bytes, from, to)
    }
    this.#flush()
    this.#text += bytes.latin1Slice(from, to)
    this.#length += to - from
  }

  /** All bytes as a one-byte string; the carry is empty afterwards. */
  take(): string {
    this.#flush()
    const text = this.#text
    this.clear()
    return text
  }

  clear(): void {
    this.#fill = 0
    this.#length = 0
    if (this.#block.length > 1024) this.#block = noBlock
    this.#text = ''
  }

  #flush(): void {
    if (this.#fill > 0) this.#text += this.#block.latin1Slice(0, this.#fill)
    this.#fill = 0
  }

  #reserve(more: number): void {
    const needed = this.#fill + more
    if (needed <= this.#block.length) return
    const room = Math.max(needed, this.#block.length * 2, blockBytesMin)
    const grown = Buffer.allocUnsafeSlow(Math.min(room, blockBytesMax))
    this.#block.copy(grown, 0, 0, this.#fill)
    this.#block = grown
  }
}
