// Bytes of a connection that wait because its session takes no more commands for now: copies of the
// chunks in the order in which they came, and how far the first of them was read.

import { Buffer } from 'node:buffer'

export class Backlog {
  #chunks: Buffer[] = []
  #first = 0
  #at = 0
  #bytes = 0

  /** Bytes not read yet. */
  get bytes(): number {
    return this.#bytes
  }

  /** The oldest chunk; read it from `at`. */
  get first(): Buffer | undefined {
    return this.#chunks[this.#first]
  }

  /** Offset of the first unread byte of `first`. */
  get at(): number {
    return this.#at
  }

  /** The first chunk is read up to this offset; at its end the next one takes its place. */
  set at(offset: number) {
    const chunk = this.first
    if (chunk === undefined) return
    this.#bytes -= offset - this.#at
    this.#at = offset
    if (offset < chunk.length) return
    this.#at = 0
    this.#first++
    if (this.#first < 64 && this.#first < this.#chunks.length) return
    this.#chunks = this.#chunks.slice(this.#first)
    this.#first = 0
  }

  /** Adds a copy of the bytes from `from` on. */
  add(bytes: Buffer, from: number): void {
    if (from >= bytes.length) return
    const copy = Buffer.allocUnsafeSlow(bytes.length - from)
    bytes.copy(copy, 0, from)
    this.#chunks.push(copy)
    this.#bytes += copy.length
  }

  clear(): void {
    this.#chunks = []
    this.#first = 0
    this.#at = 0
    this.#bytes = 0
  }
}
