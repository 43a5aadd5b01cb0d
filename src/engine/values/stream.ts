// A stream: entries by id, and a header of what is known beside them, the consumer groups included.

import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import { addInt64, type Int64 } from './integer.js'
import { Body, sequenceEnd } from './part.js'
import { decodeGroup, encodeGroup, entriesUnknown, type Group, readInt64 } from './stream-group.js'
import { idMin } from './stream-id.js'
import { entryKind, type StreamPart } from './stream-part.js'

export class StreamValue {
  readonly type = 'stream'
  readonly body: Body<StreamPart>
  /** Greatest id that was ever added. */
  lastId = idMin
  /** Greatest id that XDEL removed. */
  maxDeletedId = idMin
  /** Entries that were ever added. */
  added: Int64 = 0
  readonly groups = new Map<string, Group>()
  /** Of the groups, by the memory model. */
  headerBytes = 0

  constructor(body: Body<StreamPart> = new Body(entryKind, sequenceEnd)) {
    this.body = body
  }

  /** Id of the first entry, the least id where there is none. */
  get firstId(): string {
    return this.body.parts[0]?.ids[0] ?? idMin
  }

  /** Groups in the order of their names' bytes. */
  sortedGroups(): Group[] {
    return [...this.groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Index of the part that holds `id`, or would. */
  partOf(id: string): number {
    const parts = this.body.parts
    let low = 0
    let high = parts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (((parts[middle] as StreamPart).ids[0] as string) <= id) low = middle
      else high = middle
    }
    return low
  }

  /** The entry of an id, undefined where there is none. */
  find(id: string): readonly string[] | undefined {
    const part = this.body.parts[this.partOf(id)] as StreamPart
    const at = part.indexOf(id)
    return part.ids[at] === id ? part.entries[at] : undefined
  }

  /** Whether an entry behind `id` may have been deleted: then counting entries does not tell where it is. */
  hasGapBehind(id: string): boolean {
    const deleted = this.maxDeletedId
    // What was deleted before the first entry leaves no gap.
    return this.body.size > 0 && deleted !== idMin && deleted >= this.firstId && id <= deleted
  }

  /** How many entries were added up to `id`, or `entriesUnknown`. */
  entriesUpTo(id: string): Int64 {
    if (this.added === 0) return 0
    const { size } = this.body
    if (size === 0 && id <= this.lastId) return this.added
    if (id === this.lastId) return this.added
    if (id > this.lastId) return entriesUnknown
    const { firstId } = this
    if (this.maxDeletedId === idMin || this.maxDeletedId < firstId) {
      if (id < firstId) return plus(this.added, -size)
      if (id === firstId) return plus(this.added, 1 - size)
    }
    return entriesUnknown
  }

  /** How many entries there are behind `id`. */
  countBehind(id: string): number {
    const index = this.partOf(id)
    const part = this.body.parts[index] as StreamPart
    const at = part.indexOf(id)
    return this.body.size - this.body.before(index) - at - (part.ids[at] === id ? 1 : 0)
  }

  withBody(body: Body): StreamValue {
    const made = new StreamValue(body as Body<StreamPart>)
    made.lastId = this.lastId
    made.maxDeletedId = this.maxDeletedId
    made.added = this.added
    made.headerBytes = this.headerBytes
    for (const [name, group] of this.groups) made.groups.set(name, group.copy())
    return made
  }

  encodeHeader(writer: ByteWriter): void {
    writer
      .text(this.lastId)
      .text(this.maxDeletedId)
      .text(String(this.added))
      .varint(this.groups.size)
    for (const group of this.sortedGroups()) encodeGroup(writer, group)
  }

  /** False where the bytes are malformed. */
  decodeHeader(reader: ByteReader): boolean {
    this.lastId = reader.text()
    this.maxDeletedId = reader.text()
    this.added = readInt64(reader)
    const groups = reader.varint()
    for (let i = 0; i < groups && reader.ok; i++) {
      const group = decodeGroup(reader)
      if (group === null) return false
      this.groups.set(group.name, group)
      this.headerBytes += group.bytes
    }
    return reader.ok
  }
}

/** A sum that ends at the bounds of 64 bits. */
export function plus(a: Int64, b: Int64): Int64 {
  return addInt64(a, b) ?? a
}
