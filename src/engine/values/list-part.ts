// Parts of lists: elements in order.

import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import { states } from '../segment.js'
import { type Body, type Part, type PartKind, startBetween } from './part.js'
import { textBytes } from './text.js'

export class ListPart implements Part {
  start: number
  bytes: number
  state: number = states.clean
  body: Body | null = null
  items: string[]

  /** `bytes` where they are known: a look at each item costs more than to copy them all. */
  constructor(start: number, items: string[] = [], bytes = bytesOf(items)) {
    this.start = start
    this.items = items
    this.bytes = bytes
  }

  get size(): number {
    return this.items.length
  }
}

/** Bytes of an element by the memory model. */
export function itemBytes(item: string): number {
  return 13 + textBytes(item)
}

export const itemKind: PartKind<ListPart> = {
  make: (start) => new ListPart(start),
  copy: (part) => new ListPart(part.start, part.items.slice(), part.bytes),
  split(part, end) {
    const next = startBetween(part.start, end)
    if (next <= part.start || part.items.length < 2) return null
    const middle = part.items.length >> 1
    return [
      new ListPart(part.start, part.items.slice(0, middle)),
      new ListPart(next, part.items.slice(middle)),
    ]
  },
  merge: (left, right) => new ListPart(left.start, left.items.concat(right.items)),
  encode(writer: ByteWriter, part) {
    writer.varint(part.items.length)
    for (const item of part.items) writer.text(item)
  },
  decode(reader: ByteReader, start) {
    const count = reader.varint()
    const items: string[] = []
    for (let i = 0; i < count && reader.ok; i++) items.push(reader.text())
    return reader.ok ? new ListPart(start, items) : null
  },
}

function bytesOf(items: readonly string[]): number {
  let bytes = 0
  for (const item of items) bytes += itemBytes(item)
  return bytes
}
