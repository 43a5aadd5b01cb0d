// From containers to packed ones and back.

import { Buffer } from 'node:buffer'
import { assert } from '../../base/assert.js'
import { ByteReader, ByteWriter } from '../../base/bytes.js'
import { decodeValue, encodeValue } from './codec.js'
import { headLength, Packed, type Stored } from './packed.js'
import { type Container, isSmall, packedBytesMax, type Value, valueBytes } from './value.js'

/** Whether a container may stand packed: a function of what is in it. */
export function mayPack(value: Container): boolean {
  return isSmall(value) && !(value.type === 'hash' && (value.timed > 0 || value.timer !== null))
}

const writer = new ByteWriter(packedBytesMax * 2)

export function pack(value: Container): Packed {
  const bytes = valueBytes(value)
  writer.byte(bytes >>> 8).byte(bytes & 255)
  encodeValue(writer, value)
  return new Packed(writer.finishText())
}

/** Above this V8 cuts no copy out of a string but a view, which keeps all of it. */
const cutMax = 12

/** Cuts short texts out of the string itself, which costs a third of a way through a buffer. */
class PackedReader extends ByteReader {
  readonly #text: string

  constructor(bytes: Uint8Array, text: string) {
    super(bytes, headLength, text.length)
    this.#text = text
  }

  override text(): string {
    const length = this.varint()
    const { at } = this
    if (!this.pass(length)) return ''
    if (length <= cutMax) return this.#text.slice(at, at + length)
    return scratch.latin1Slice(at, at + length)
  }
}

let scratch = Buffer.allocUnsafeSlow(packedBytesMax * 2)

/** A container of its own with the same content, that no key holds. */
export function unpack({ text }: Packed): Container {
  if (text.length > scratch.length) scratch = Buffer.allocUnsafeSlow(text.length * 2)
  scratch.latin1Write(text, 0, text.length)
  const value = decodeValue(new PackedReader(scratch, text), '', [])
  assert(value !== null && typeof value !== 'string', 'what was packed is a container')
  return value
}

/** What stands at a key, for one look: it is no key's. */
export function peek(stored: Stored): Value {
  return stored instanceof Packed ? unpack(stored) : stored
}
