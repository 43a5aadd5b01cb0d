// Libraries as FUNCTION DUMP and RESTORE carry them: Redis' RDB form of functions, with the version of
// RDB and a CRC-64 behind it.

import { limits } from '../api/limits.js'
import { crc64 } from '../base/crc64.js'

const functionOpcode = '\xf5'
/** Of Redis 7.0; later ones accept it. */
const version = '\x0a\x00'
const versionMax = 12
const footerLength = 10

export function dumpLibraries(codes: readonly string[]): string {
  const body = codes.map((code) => functionOpcode + lengthOf(code.length) + code).join('')
  return body + version + crc64(body + version)
}

/** The libraries' codes, or null where the payload is damaged or of a version that is not known. */
export function restoreLibraries(payload: string): readonly string[] | null {
  const end = payload.length - footerLength
  if (end < 0 || crc64(payload.slice(0, -8)) !== payload.slice(-8)) return null
  const rdb = payload.charCodeAt(end) + payload.charCodeAt(end + 1) * 256
  if (rdb > versionMax) return null
  const reader = new TextReader(payload, end)
  const codes: string[] = []
  while (!reader.isDone) {
    if (reader.take(1) !== functionOpcode) return null
    const code = readString(reader)
    if (code === null) return null
    codes.push(code)
  }
  return codes
}

function lengthOf(length: number): string {
  if (length < 64) return String.fromCharCode(length)
  if (length < 16384) return String.fromCharCode(64 | (length >>> 8), length & 255)
  const bytes = [length >>> 24, length >>> 16, length >>> 8, length].map((byte) => byte & 255)
  return String.fromCharCode(0x80, ...bytes)
}

class TextReader {
  readonly #text: string
  readonly #end: number
  #at = 0

  constructor(text: string, end: number) {
    this.#text = text
    this.#end = end
  }

  get isDone(): boolean {
    return this.#at >= this.#end
  }

  /** Null where there are fewer. */
  take(count: number): string | null {
    if (this.#at + count > this.#end) return null
    this.#at += count
    return this.#text.slice(this.#at - count, this.#at)
  }

  byte(): number {
    return this.#at < this.#end ? this.#text.charCodeAt(this.#at++) : -1
  }
}

/** A length, or below zero: minus one minus the code of a special encoding. Null where it is malformed. */
function readLength(reader: TextReader): number | null {
  const first = reader.byte()
  if (first < 0) return null
  if (first < 64) return first
  if (first < 128) return (first & 63) * 256 + Math.max(0, reader.byte())
  if (first >= 192) return -1 - (first & 63)
  if (first !== 0x80) return null
  const bytes = reader.take(4)
  if (bytes === null) return null
  let length = 0
  for (let i = 0; i < 4; i++) length = length * 256 + bytes.charCodeAt(i)
  return length
}

const compressed = -4

function readString(reader: TextReader): string | null {
  const length = readLength(reader)
  if (length === null) return null
  if (length >= 0) return reader.take(length)
  if (length !== compressed) return null
  const packed = readLength(reader)
  const size = readLength(reader)
  if (packed === null || size === null || packed < 0 || size < 0) return null
  const text = reader.take(packed)
  return text === null || size > limits.valueBytesCeiling ? null : unpack(text, size)
}

/** LZF: runs of bytes, and copies of what came before. Null where it is malformed. */
function unpack(text: string, size: number): string | null {
  const made = new Uint8Array(size)
  let to = 0
  let at = 0
  while (at < text.length) {
    const control = text.charCodeAt(at++)
    if (control < 32) {
      const count = control + 1
      if (to + count > size || at + count > text.length) return null
      for (let i = 0; i < count; i++) made[to++] = text.charCodeAt(at++)
      continue
    }
    let count = control >>> 5
    if (count === 7) count += text.charCodeAt(at++)
    const from = to - (((control & 31) << 8) | text.charCodeAt(at++)) - 1
    if (!(from >= 0 && to + count + 2 <= size)) return null
    for (let i = 0; i < count + 2; i++) made[to++] = made[from + i] as number
  }
  if (to !== size) return null
  let code = ''
  for (let i = 0; i < size; i += 8192) code += String.fromCharCode(...made.subarray(i, i + 8192))
  return code
}
