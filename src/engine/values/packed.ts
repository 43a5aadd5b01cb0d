// A small container that nobody asked for lately, as one flat string: what it comes to in the memory model (two
// characters), then its row. An object for each container, its parts, its map and each of its entries' texts takes
// four times as much. Content and order are those of the container, so that nobody can tell.

import type { ByteWriter } from '../../base/bytes.js'
import { type Container, type Value, valueBytes } from './value.js'

/** What stands before the row. */
export const headLength = 2
/** By their codes in rows; see `codec`. */
const types = ['text', 'hash', 'list', 'set', 'zset', 'stream'] as const

export class Packed {
  /** One-byte characters, flat, and nobody else's. */
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** By the memory model: the same as unpacked. */
  get bytes(): number {
    const { text } = this
    return text.charCodeAt(0) * 256 + text.charCodeAt(1)
  }

  get type(): Container['type'] {
    return types[this.text.charCodeAt(headLength)] as Container['type']
  }

  /** Writes the row. */
  encode(writer: ByteWriter): void {
    writer.rawText(this.text.slice(headLength))
  }
}

/** What stands at a key. */
export type Stored = Value | Packed

/** Bytes of what stands at a key, in its segment, by the memory model. */
export function storedBytes(stored: Stored): number {
  return stored instanceof Packed ? stored.bytes : valueBytes(stored)
}
