// Parts of streams: entries by id. They begin where Redis begins a node of its tree, so that trimming
// about a length (`~`) removes the same entries.

import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import { states } from '../segment.js'
import { type Body, type Part, type PartKind, startBetween } from './part.js'
import { textBytes } from './text.js'

export class StreamPart implements Part {
  start: number
  bytes: number
  state: number = states.clean
  body: Body | null = null
  ids: string[]
  /** Fields and values in turn, of the entry at the same index. */
  entries: (readonly string[])[]
  /** Entries that were ever put in, deleted ones included, and about the bytes that Redis' node has for them. */
  taken: number
  nodeBytes = 0

  /** `bytes` where they are known: a look at each entry costs more than to copy them all. */
  constructor(
    start: number,
    ids: string[] = [],
    entries: (readonly string[])[] = [],
    bytes = bytesOf(entries),
  ) {
    this.start = start
    this.ids = ids
    this.entries = entries
    this.taken = ids.length
    this.bytes = bytes
  }

  copy(): StreamPart {
    return new StreamPart(this.start, this.ids.slice(), this.entries.slice(), this.bytes).like(this)
  }

  /** With the same past as another one. */
  like(other: StreamPart): this {
    this.taken = other.taken
    this.nodeBytes = other.nodeBytes
    return this
  }

  get size(): number {
    return this.ids.length
  }

  /** Index of the first entry whose id is not below `id`. */
  indexOf(id: string): number {
    const ids = this.ids
    let low = 0
    let high = ids.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ids[middle] as string) < id) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** About the bytes of an entry in Redis' node: five small integers, and each text with its length twice. */
export function nodeBytesOf(entry: readonly string[]): number {
  let bytes = 10
  for (const text of entry) bytes += text.length + (text.length < 64 ? 2 : 4)
  return bytes
}

/** Bytes of an entry with its id by the memory model. */
export function entryBytes(entry: readonly string[]): number {
  let bytes = 84
  for (const text of entry) bytes += 8 + textBytes(text)
  return bytes
}

export const entryKind: PartKind<StreamPart> = {
  make: (start) => new StreamPart(start),
  isFixed: true,
  copy: (part) => part.copy(),
  split(part, end) {
    const next = startBetween(part.start, end)
    if (next <= part.start || part.ids.length < 2) return null
    const middle = part.ids.length >> 1
    return [
      new StreamPart(part.start, part.ids.slice(0, middle), part.entries.slice(0, middle)),
      new StreamPart(next, part.ids.slice(middle), part.entries.slice(middle)),
    ]
  },
  merge: (left, right) =>
    new StreamPart(left.start, left.ids.concat(right.ids), left.entries.concat(right.entries)).like(
      left.ids.length > 0 ? left : right,
    ),
  encode(writer: ByteWriter, part) {
    writer.varint(part.ids.length).varint(part.taken).varint(part.nodeBytes)
    part.ids.forEach((id, i) => {
      const entry = part.entries[i] as readonly string[]
      writer.text(id).varint(entry.length)
      for (const text of entry) writer.text(text)
    })
  },
  decode(reader: ByteReader, start) {
    const count = reader.varint()
    const taken = reader.varint()
    const nodeBytes = reader.varint()
    const ids: string[] = []
    const entries: string[][] = []
    for (let i = 0; i < count && reader.ok; i++) {
      ids.push(reader.text())
      const texts = reader.varint()
      const entry: string[] = []
      for (let t = 0; t < texts && reader.ok; t++) entry.push(reader.text())
      entries.push(entry)
    }
    if (!reader.ok) return null
    const made = new StreamPart(start, ids, entries)
    made.taken = taken
    made.nodeBytes = nodeBytes
    return made
  },
}

function bytesOf(entries: readonly (readonly string[])[]): number {
  let bytes = 0
  for (const entry of entries) bytes += entryBytes(entry)
  return bytes
}
