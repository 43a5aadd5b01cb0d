// Binary writing and reading: varints (unsigned LEB128 up to 2^53), one-byte strings, blobs, hashes.
// Every format on disk and on the peer links is made of these. A reader never trusts a length: it
// marks itself as failed and answers zeros, and the caller asks `ok` once at the end.

import { Buffer } from 'node:buffer'
import { assert } from './assert.js'
import type { Hash64 } from './hash.js'

declare global {
  // In Node since the beginning, missing in its types: the fastest way between bytes and one-byte strings.
  interface Buffer {
    latin1Slice(start: number, end: number): string
    latin1Write(text: string, at: number, length: number): number
  }
}

/** The empty byte array, shared. */
export const noBytes: Uint8Array = new Uint8Array(0)

/**
 * Buffers cut from few large ones, for many that live equally long: while it marks a large heap, the
 * collector takes a step of 5 to 10 ms with each buffer that is made.
 */
export class Slab {
  readonly #bytes: number
  #buffer: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  /** Bytes that nobody else has; not zeroed. */
  cut(bytes: number): Buffer {
    if (this.#at + bytes > this.#buffer.length) {
      if (bytes > this.#bytes) return Buffer.allocUnsafeSlow(bytes)
      this.#buffer = Buffer.allocUnsafeSlow(this.#bytes)
      this.#at = 0
    }
    const cut = this.#buffer.subarray(this.#at, this.#at + bytes)
    this.#at += bytes
    return cut
  }
}

/** Characters up to which one after the other costs less than a call out of JavaScript. */
const shortMax = 24

/** Grows as needed; `finish` copies the result out and makes the writer empty again. */
export class ByteWriter {
  #buffer: Buffer
  #at = 0

  constructor(initialBytes = 256) {
    this.#buffer = Buffer.allocUnsafeSlow(initialBytes)
  }

  /** Number of bytes written since the last `finish`. */
  get length(): number {
    return this.#at
  }

  byte(value: number): this {
    this.#reserve(1)
    this.#buffer[this.#at++] = value
    return this
  }

  /** Unsigned 32 bits, big endian. */
  uint32(value: number): this {
    this.#reserve(4)
    this.#at = this.#buffer.writeUInt32BE(value >>> 0, this.#at)
    return this
  }

  /** 64-bit floating point, big endian. */
  double(value: number): this {
    this.#reserve(8)
    this.#at = this.#buffer.writeDoubleBE(value, this.#at)
    return this
  }

  /** Unsigned integer up to 2^53 - 1 in 1 to 8 bytes. */
  varint(value: number): this {
    this.#reserve(8)
    this.#at = writeVarint(this.#buffer, this.#at, value)
    return this
  }

  /** Signed integer of magnitude below 2^52, zigzag. */
  signed(value: number): this {
    return this.varint(value < 0 ? -value * 2 - 1 : value * 2)
  }

  boolean(value: boolean): this {
    return this.byte(value ? 1 : 0)
  }

  hash(value: Hash64): this {
    return this.uint32(value.high).uint32(value.low)
  }

  /** Length and one-byte characters. */
  text(value: string): this {
    this.#reserve(8 + value.length)
    this.#at = writeVarint(this.#buffer, this.#at, value.length)
    if (value.length > shortMax) {
      this.#at += this.#buffer.latin1Write(value, this.#at, value.length)
      return this
    }
    for (let i = 0; i < value.length; i++) this.#buffer[this.#at++] = value.charCodeAt(i)
    return this
  }

  /** Length and bytes. */
  blob(value: Uint8Array): this {
    this.varint(value.length)
    return this.raw(value)
  }

  /** Bytes without a length. */
  raw(value: Uint8Array): this {
    this.#reserve(value.length)
    this.#buffer.set(value, this.#at)
    this.#at += value.length
    return this
  }

  /** One-byte characters without a length. */
  rawText(value: string): this {
    this.#reserve(value.length)
    this.#at += this.#buffer.latin1Write(value, this.#at, value.length)
    return this
  }

  /** What was written, in place: until the next word to the writer. */
  get written(): Uint8Array {
    return this.#buffer.subarray(0, this.#at)
  }

  /** A copy of what was written, in `slab` where one is given; the writer is empty afterwards. */
  finish(slab: Slab | null = null): Uint8Array {
    const made = slab?.cut(this.#at) ?? Buffer.allocUnsafeSlow(this.#at)
    this.#buffer.copy(made, 0, 0, this.#at)
    this.#at = 0
    if (this.#buffer.length > 1 << 20) this.#buffer = Buffer.allocUnsafeSlow(4096)
    return made
  }

  /** What was written as one-byte characters; the writer is empty afterwards. */
  finishText(): string {
    const made = this.#buffer.latin1Slice(0, this.#at)
    this.#at = 0
    if (this.#buffer.length > 1 << 20) this.#buffer = Buffer.allocUnsafeSlow(4096)
    return made
  }

  #reserve(more: number): void {
    const needed = this.#at + more
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.#at)
    this.#buffer = grown
  }
}

/** Reads what a ByteWriter wrote. A short or malformed input sets `ok` to false, nothing throws. */
export class ByteReader {
  readonly #buffer: Buffer
  #at: number
  readonly #end: number
  #ok = true

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#buffer = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = start
    this.#end = end
  }

  /** False once any read ran past the end or met a malformed number. */
  get ok(): boolean {
    return this.#ok
  }

  /** Offset of the next byte. */
  get at(): number {
    return this.#at
  }

  /** Number of bytes left. */
  get left(): number {
    return this.#end - this.#at
  }

  byte(): number {
    if (!this.#has(1)) return 0
    return this.#buffer[this.#at++] as number
  }

  /** Goes past the next byte if it is this one. */
  skip(byte: number): boolean {
    if (this.left === 0 || this.#buffer[this.#at] !== byte) return false
    this.#at++
    return true
  }

  uint32(): number {
    if (!this.#has(4)) return 0
    const value = this.#buffer.readUInt32BE(this.#at)
    this.#at += 4
    return value
  }

  double(): number {
    if (!this.#has(8)) return 0
    const value = this.#buffer.readDoubleBE(this.#at)
    this.#at += 8
    return value
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let count = 0; count < 8; count++) {
      if (!this.#has(1)) return 0
      const byte = this.#buffer[this.#at++] as number
      value += (byte & 127) * scale
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      scale *= 128
    }
    this.#ok = false
    return 0
  }

  signed(): number {
    const value = this.varint()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }

  boolean(): boolean {
    return this.byte() !== 0
  }

  hash(): Hash64 {
    return { high: this.uint32(), low: this.uint32() }
  }

  text(): string {
    const length = this.varint()
    if (!this.#has(length)) return ''
    const value = this.#buffer.latin1Slice(this.#at, this.#at + length)
    this.#at += length
    return value
  }

  /** Goes past `length` bytes; false where there are not so many. */
  pass(length: number): boolean {
    if (!this.#has(length)) return false
    this.#at += length
    return true
  }

  /** A view into the input, not a copy. */
  blob(): Uint8Array {
    return this.raw(this.varint())
  }

  /** A view of `length` bytes into the input, not a copy. */
  raw(length: number): Uint8Array {
    if (!this.#has(length)) return noBytes
    const value = this.#buffer.subarray(this.#at, this.#at + length)
    this.#at += length
    return value
  }

  #has(count: number): boolean {
    if (this.#ok && this.#at + count <= this.#end) return true
    this.#ok = false
    return false
  }
}

/** Writes an unsigned LEB128 number at `at`; answers the offset behind it. Needs up to 8 bytes of room. */
export function writeVarint(buffer: Uint8Array, at: number, value: number): number {
  assert(value >= 0 && value <= Number.MAX_SAFE_INTEGER, 'a varint is in [0, 2^53)')
  let rest = value
  while (rest >= 128) {
    buffer[at++] = (rest % 128) + 128
    rest = Math.floor(rest / 128)
  }
  buffer[at++] = rest
  return at
}

/** Whether two byte arrays hold the same bytes. */
export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** One-byte string of bytes. */
export function bytesToText(bytes: Uint8Array): string {
  return Buffer.isBuffer(bytes)
    ? bytes.latin1Slice(0, bytes.length)
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).latin1Slice(0, bytes.length)
}

/** Bytes of a one-byte string. */
export function textToBytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}
