// Listpacks, in which Redis keeps small containers and the entries of streams: a header of six bytes, then
// elements that carry their length at both ends, then 255. Reading checks every length.

import { Buffer } from 'node:buffer'
import { ByteWriter } from '../../base/bytes.js'
import { parseInt64 } from '../values/integer.js'

const headerBytes = 6
const endByte = 0xff
const countUnknown = 0xffff
const eight = Buffer.allocUnsafeSlow(8)

export class ListpackWriter {
  readonly #bytes = new ByteWriter()
  #count = 0

  /** Bytes of the whole with its header and end. */
  get size(): number {
    return headerBytes + this.#bytes.length + 1
  }

  get count(): number {
    return this.#count
  }

  /** An element; as an integer where it is one. */
  text(text: string): void {
    const value = text.length <= 20 ? parseInt64(text) : null
    if (value !== null) {
      this.integer(value)
      return
    }
    const length = text.length
    if (length < 64) this.#bytes.byte(0x80 | length)
    else if (length < 4096) this.#bytes.byte(0xe0 | (length >> 8)).byte(length & 255)
    else {
      eight.writeUInt32LE(length)
      this.#bytes.byte(0xf0).raw(eight.subarray(0, 4))
    }
    this.#bytes.rawText(text)
    this.#close((length < 64 ? 1 : length < 4096 ? 2 : 5) + length)
  }

  integer(value: number | bigint): void {
    if (value >= 0 && value <= 127) {
      this.#bytes.byte(Number(value))
      this.#close(1)
      return
    }
    if (value >= -4096 && value <= 4095) {
      const bits = Number(value) & 0x1fff
      this.#bytes.byte(0xc0 | (bits >> 8)).byte(bits & 255)
      this.#close(2)
      return
    }
    const width =
      value >= -32_768 && value <= 32_767
        ? 2
        : isWithin(value, 24)
          ? 3
          : isWithin(value, 32)
            ? 4
            : 8
    eight.writeBigInt64LE(BigInt(value))
    this.#bytes.byte(width === 2 ? 0xf1 : width === 3 ? 0xf2 : width === 4 ? 0xf3 : 0xf4)
    this.#bytes.raw(eight.subarray(0, width))
    this.#close(1 + width)
  }

  /** The listpack; the writer is empty afterwards. */
  finish(): Buffer {
    const body = this.#bytes.finish()
    const made = Buffer.allocUnsafeSlow(headerBytes + body.length + 1)
    made.writeUInt32LE(made.length, 0)
    made.writeUInt16LE(Math.min(this.#count, countUnknown), 4)
    made.set(body, headerBytes)
    made[made.length - 1] = endByte
    this.#count = 0
    return made
  }

  /** The length of the element again, to be read backwards. */
  #close(length: number): void {
    let shift =
      length < 128
        ? 0
        : length < 16_383
          ? 7
          : length < 2_097_151
            ? 14
            : length < 268_435_455
              ? 21
              : 28
    let isFirst = true
    for (; shift >= 0; shift -= 7) {
      const bits = (length >>> shift) & 127
      this.#bytes.byte(isFirst ? bits : bits | 128)
      isFirst = false
    }
    this.#count++
  }
}

function isWithin(value: number | bigint, bits: 24 | 32): boolean {
  const half = bits === 24 ? 0x800000 : 0x80000000
  return value >= -half && value < half
}

/** The elements as texts; null where the bytes are no listpack. */
export function readListpack(bytes: Buffer): string[] | null {
  const length = bytes.length
  if (length < headerBytes + 1 || bytes.readUInt32LE(0) !== length) return null
  if (bytes[length - 1] !== endByte) return null
  const made: string[] = []
  let at = headerBytes
  while (at < length - 1) {
    const element = elementAt(bytes, at)
    if (element === null) return null
    made.push(element.text)
    at += element.bytes + backBytes(element.bytes)
    if (at > length - 1) return null
  }
  const announced = bytes.readUInt16LE(4)
  return announced === countUnknown || announced === made.length ? made : null
}

interface Element {
  readonly text: string
  readonly bytes: number
}

function backBytes(length: number): number {
  return length < 128
    ? 1
    : length < 16_383
      ? 2
      : length < 2_097_151
        ? 3
        : length < 268_435_455
          ? 4
          : 5
}

function elementAt(bytes: Buffer, at: number): Element | null {
  const first = bytes[at] as number
  // The end byte stands behind every element.
  const room = bytes.length - 1 - at
  if (first < 0x80) return { text: String(first), bytes: 1 }
  if (first < 0xc0) return textAt(bytes, { at: at + 1, length: first & 63, head: 1, room })
  if (first < 0xe0) {
    if (room < 2) return null
    const bits = ((first & 31) << 8) | (bytes[at + 1] as number)
    return { text: String(bits >= 4096 ? bits - 8192 : bits), bytes: 2 }
  }
  if (first < 0xf0) {
    if (room < 2) return null
    const length = ((first & 15) << 8) | (bytes[at + 1] as number)
    return textAt(bytes, { at: at + 2, length, head: 2, room })
  }
  if (first === 0xf0) {
    if (room < 5) return null
    return textAt(bytes, { at: at + 5, length: bytes.readUInt32LE(at + 1), head: 5, room })
  }
  const width =
    first === 0xf1 ? 2 : first === 0xf2 ? 3 : first === 0xf3 ? 4 : first === 0xf4 ? 8 : 0
  if (width === 0 || room < 1 + width) return null
  const text =
    width === 8 ? bytes.readBigInt64LE(at + 1).toString() : String(bytes.readIntLE(at + 1, width))
  return { text, bytes: 1 + width }
}

function textAt(
  bytes: Buffer,
  part: {
    readonly at: number
    readonly length: number
    readonly head: number
    readonly room: number
  },
): Element | null {
  if (part.head + part.length > part.room) return null
  return {
    text: bytes.latin1Slice(part.at, part.at + part.length),
    bytes: part.head + part.length,
  }
}
