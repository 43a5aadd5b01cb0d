// Reads what a DUMP is made of. It trusts no length: a short or malformed input sets `ok` to false and
// answers zeros, and nothing larger than the bound is ever made.

import { Buffer } from 'node:buffer'
import { unpackLzf } from './lzf.js'

const empty = Buffer.alloc(0)

export class RdbReader {
  readonly #bytes: Buffer
  readonly #end: number
  readonly #textBytesMax: number
  #at: number
  #ok = true
  #isShort = false

  constructor(bytes: Buffer, end: number, textBytesMax: number, from = 0) {
    this.#at = from
    this.#bytes = bytes
    this.#end = end
    this.#textBytesMax = textBytesMax
  }

  get ok(): boolean {
    return this.#ok
  }

  /** It is not ok because the bytes end: with more of them it may be. */
  get isShort(): boolean {
    return this.#isShort
  }

  /** How far it has read. */
  get at(): number {
    return this.#at
  }

  /** Bytes left: no count of elements may be greater. */
  get left(): number {
    return this.#end - this.#at
  }

  fail(): void {
    this.#ok = false
  }

  byte(): number {
    return this.#has(1) ? (this.#bytes[this.#at++] as number) : 0
  }

  /** A length or count that fits into what is left, where each stands for `least` bytes. */
  count(least = 1): number {
    const value = this.length()
    if (typeof value === 'bigint' || value * least > this.left) {
      this.#ok = false
      return 0
    }
    return value
  }

  /** A length of any size. */
  length(): number | bigint {
    const first = this.byte()
    const kind = first >> 6
    if (kind === 0) return first
    if (kind === 1) return ((first & 63) << 8) | this.byte()
    if (first === 0x80) return this.#has(4) ? this.#bytes.readUInt32BE(this.#skip(4)) : 0
    if (first === 0x81) {
      if (!this.#has(8)) return 0
      const value = this.#bytes.readBigUInt64BE(this.#skip(8))
      return value <= 9007199254740991n ? Number(value) : value
    }
    this.#ok = false
    return 0
  }

  text(): string {
    if (!this.#has(1)) return ''
    const kind = this.#bytes[this.#at] as number
    if (kind >= 0xc0 && kind <= 0xc2) return this.#integer()
    const bytes = this.blob()
    return bytes.latin1Slice(0, bytes.length)
  }

  /** A string as bytes: of an integer its digits. */
  blob(): Buffer {
    if (this.left > 0 && this.#ok) {
      const kind = this.#bytes[this.#at] as number
      if (kind >= 0xc0 && kind <= 0xc2) return Buffer.from(this.#integer(), 'latin1')
      if (kind === 0xc3) return this.#packed()
    }
    const length = this.length()
    if (typeof length === 'bigint' || !this.#has(length)) {
      this.#ok = false
      return empty
    }
    const at = this.#skip(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** Steps over a string, packed or not, of no more than the bound. */
  skipText(): void {
    if (!this.#has(1)) return
    const kind = this.#bytes[this.#at] as number
    if (kind >= 0xc0 && kind <= 0xc2) {
      this.skip(kind === 0xc0 ? 2 : kind === 0xc1 ? 3 : 5)
      return
    }
    if (kind === 0xc3) {
      this.#at++
      const packed = this.length()
      this.length()
      if (this.#hasText(packed)) this.#at += packed
    } else {
      const length = this.length()
      if (this.#hasText(length)) this.#at += length
    }
  }

  skip(count: number): void {
    if (this.#has(count)) this.#at += count
  }

  double(): number {
    return this.#has(8) ? this.#bytes.readDoubleLE(this.#skip(8)) : 0
  }

  /** A double in digits, as before Redis 4. */
  oldDouble(): number {
    const length = this.byte()
    if (length === 255) return Number.NEGATIVE_INFINITY
    if (length === 254) return Number.POSITIVE_INFINITY
    if (length === 253) return Number.NaN
    if (!this.#has(length)) return 0
    const at = this.#skip(length)
    const text = this.#bytes.latin1Slice(at, at + length)
    const value = Number(text)
    if (text.trim() !== text || text === '' || Number.isNaN(value)) this.#ok = false
    return value
  }

  /** 32 bits, little endian. */
  seconds(): number {
    return this.#has(4) ? this.#bytes.readUInt32LE(this.#skip(4)) : 0
  }

  /** 64 bits, little endian; what is no safe integer is none. */
  milliseconds(): number {
    if (!this.#has(8)) return 0
    const value = Number(this.#bytes.readBigInt64LE(this.#skip(8)))
    if (!Number.isSafeInteger(value)) this.#ok = false
    return value
  }

  /** Bytes without a length, as one-byte characters. */
  raw(length: number): string {
    if (!this.#has(length)) return ''
    const at = this.#skip(length)
    return this.#bytes.latin1Slice(at, at + length)
  }

  #integer(): string {
    const kind = this.byte()
    const width = kind === 0xc0 ? 1 : kind === 0xc1 ? 2 : 4
    return this.#has(width) ? String(this.#bytes.readIntLE(this.#skip(width), width)) : ''
  }

  #packed(): Buffer {
    this.#at++
    const packed = this.length()
    const length = this.length()
    if (!this.#isText(length) || !this.#hasText(packed)) return empty
    const at = this.#skip(packed)
    const made = unpackLzf(this.#bytes.subarray(at, at + packed), length)
    if (made === null) this.#ok = false
    return made ?? empty
  }

  #skip(count: number): number {
    const at = this.#at
    this.#at += count
    return at
  }

  #has(count: number): boolean {
    if (!this.#ok) return false
    if (count <= this.left) return true
    this.#ok = false
    this.#isShort = true
    return false
  }

  #hasText(length: number | bigint): length is number {
    return this.#isText(length) && this.#has(length)
  }

  /** No text is longer, wherever the bytes end. */
  #isText(length: number | bigint): length is number {
    if (typeof length === 'number' && length <= this.#textBytesMax) return this.#ok
    this.#ok = false
    return false
  }
}
