// Room for what clients sent, from one turn to the next: the same blocks again and again. A buffer of its own for
// each read is memory that the kernel zeroes first, and that waits for a collection by V8.

/** Bytes of a block, four of the longest reads, and how many are kept. A flood of large values takes more, for one turn. */
const blockBytes = 4 * 68 * 1024
const keptBlocks = 32

export class TurnRoom {
  readonly #blocks: Buffer[] = []
  /** The block that is filled, and up to where. */
  #at = 0
  #fill = 0

  /** A copy of the first `length` bytes, good until `clear`. */
  copy(bytes: Buffer, length: number): Buffer {
    if (this.#fill + length > blockBytes) {
      this.#at++
      this.#fill = 0
    }
    if (this.#at >= keptBlocks || length > blockBytes) return Buffer.from(bytes.subarray(0, length))
    const block = this.#blocks[this.#at] ?? Buffer.allocUnsafeSlow(blockBytes)
    this.#blocks[this.#at] = block
    const begin = this.#fill
    this.#fill += length
    bytes.copy(block, begin, 0, length)
    return block.subarray(begin, this.#fill)
  }

  /** Nobody needs what was copied so far. */
  clear(): void {
    this.#at = 0
    this.#fill = 0
  }
}
