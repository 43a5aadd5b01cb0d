// Writes what a DUMP is made of: lengths, strings (as integers or packed where Redis does so), doubles.

import { Buffer } from 'node:buffer'
import { ByteWriter } from '../../base/bytes.js'
import { parseInt64 } from '../values/integer.js'
import { Crc64 } from '../../base/crc64.js'
import { packLzf } from './lzf.js'

/** Longer texts are no integers of 32 bits. */
const integerCharsMax = 11
/** Longer strings are packed where that makes them smaller. */
const plainBytesMax = 20
const eight = Buffer.allocUnsafeSlow(8)

export class RdbWriter {
  readonly #bytes = new ByteWriter()

  get bytes(): number {
    return this.#bytes.length
  }

  byte(value: number): void {
    this.#bytes.byte(value)
  }

  /** A length or any other count. */
  length(value: number | bigint): void {
    if (value < 64) this.#bytes.byte(Number(value))
    else if (value < 16_384) this.#bytes.byte(64 | (Number(value) >> 8)).byte(Number(value) & 255)
    else if (value <= 0xffffffff) this.#bytes.byte(0x80).uint32(Number(value))
    else {
      eight.writeBigUInt64BE(BigInt(value))
      this.#bytes.byte(0x81).raw(eight)
    }
  }

  text(text: string): void {
    if (text.length <= integerCharsMax && this.#integer(text)) return
    if (text.length > plainBytesMax && this.#packed(Buffer.from(text, 'latin1'))) return
    this.length(text.length)
    this.#bytes.rawText(text)
  }

  /** A string that is no integer. */
  blob(bytes: Buffer): void {
    if (bytes.length > plainBytesMax && this.#packed(bytes)) return
    this.length(bytes.length)
    this.#bytes.raw(bytes)
  }

  double(value: number): void {
    eight.writeDoubleLE(value)
    this.#bytes.raw(eight)
  }

  /** 64 bits, little endian. */
  milliseconds(value: number): void {
    eight.writeBigInt64LE(BigInt(value))
    this.#bytes.raw(eight)
  }

  raw(text: string): void {
    this.#bytes.rawText(text)
  }

  /** Everything as it is, and nothing is left. */
  taken(): Buffer {
    return asBuffer(this.#bytes.finish())
  }

  /** Everything, closed with version and checksum. */
  sealed(version: number): Buffer {
    this.#bytes.byte(version & 255).byte(version >> 8)
    const body = this.#bytes.finish()
    const made = Buffer.allocUnsafeSlow(body.length + 8)
    made.set(body)
    const sum = new Crc64()
    sum.add(made, 0, body.length)
    made.writeUInt32LE(sum.low, body.length)
    made.writeUInt32LE(sum.high, body.length + 4)
    return made
  }

  #integer(text: string): boolean {
    const value = parseInt64(text)
    if (typeof value !== 'number' || value < -0x80000000 || value > 0x7fffffff) return false
    if (value >= -128 && value <= 127) this.#bytes.byte(0xc0).byte(value & 255)
    else if (value >= -32_768 && value <= 32_767) {
      this.#bytes
        .byte(0xc1)
        .byte(value & 255)
        .byte((value >> 8) & 255)
    } else {
      eight.writeInt32LE(value)
      this.#bytes.byte(0xc2).raw(eight.subarray(0, 4))
    }
    return true
  }

  #packed(bytes: Buffer): boolean {
    const packed = packLzf(bytes, bytes.length - 4)
    if (packed === null) return false
    this.#bytes.byte(0xc3)
    this.length(packed.length)
    this.length(bytes.length)
    this.#bytes.raw(packed)
    return true
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
