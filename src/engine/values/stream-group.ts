// A consumer group of a stream: how far it has read, and the entries that were delivered and not
// acknowledged, in order of id. Part of the stream's header.

import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import { type Int64, parseInt64 } from './integer.js'
import { textBytes } from './text.js'

/** An entry that was delivered and not acknowledged. */
export interface Pending {
  consumer: Consumer
  /** Wall milliseconds of the last delivery. */
  deliveredAt: number
  deliveries: Int64
}

/** Ids in order. */
export class IdList {
  readonly ids: string[] = []

  get size(): number {
    return this.ids.length
  }

  /** Index of the first id that is not below `id`. */
  indexOf(id: string): number {
    const ids = this.ids
    let low = 0
    let high = ids.length
    // Most ids come at the end.
    if (high > 0 && (ids[high - 1] as string) < id) return high
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ids[middle] as string) < id) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Adds an id that is not there. */
  add(id: string): void {
    const at = this.indexOf(id)
    if (at === this.ids.length) this.ids.push(id)
    else this.ids.splice(at, 0, id)
  }

  /** Removes an id that is there. */
  remove(id: string): void {
    const at = this.indexOf(id)
    if (at === 0) this.ids.shift()
    else this.ids.splice(at, 1)
  }
}

export class Consumer {
  readonly name: string
  /** Wall milliseconds when it was last heard of. */
  seenAt: number
  /** Wall milliseconds when it last got an entry, -1 before that. */
  activeAt = -1
  readonly pending = new IdList()

  constructor(name: string, seenAt: number) {
    this.name = name
    this.seenAt = seenAt
  }
}

/** `entriesRead` where the number is not known. */
export const entriesUnknown = -1

/** Memory model. */
export const groupBytes = 400
export const consumerBytes = 300
export const pendingBytes = 160

export class Group {
  readonly name: string
  /** The last id delivered. */
  lastId: string
  /** Entries read since the stream began, or `entriesUnknown`. */
  entriesRead: Int64
  readonly pending = new Map<string, Pending>()
  readonly order = new IdList()
  readonly consumers = new Map<string, Consumer>()

  constructor(name: string, lastId: string, entriesRead: Int64) {
    this.name = name
    this.lastId = lastId
    this.entriesRead = entriesRead
  }

  /** Consumers in the order of their names' bytes. */
  sorted(): Consumer[] {
    return [...this.consumers.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  add(id: string, pending: Pending): void {
    this.pending.set(id, pending)
    this.order.add(id)
    pending.consumer.pending.add(id)
  }

  remove(id: string): void {
    const pending = this.pending.get(id)
    if (pending === undefined) return
    this.pending.delete(id)
    this.order.remove(id)
    pending.consumer.pending.remove(id)
  }

  /** Another consumer has the entry now. */
  hand(id: string, consumer: Consumer): void {
    const pending = this.pending.get(id)
    if (pending === undefined || pending.consumer === consumer) return
    pending.consumer.pending.remove(id)
    pending.consumer = consumer
    consumer.pending.add(id)
  }

  get bytes(): number {
    let bytes = groupBytes + textBytes(this.name) + this.pending.size * pendingBytes
    for (const name of this.consumers.keys()) bytes += consumerBytes + textBytes(name)
    return bytes
  }

  copy(): Group {
    const made = new Group(this.name, this.lastId, this.entriesRead)
    for (const consumer of this.consumers.values()) {
      const copy = new Consumer(consumer.name, consumer.seenAt)
      copy.activeAt = consumer.activeAt
      made.consumers.set(copy.name, copy)
    }
    for (const id of this.order.ids) {
      const { consumer, deliveredAt, deliveries } = this.pending.get(id) as Pending
      const owner = made.consumers.get(consumer.name) as Consumer
      made.add(id, { consumer: owner, deliveredAt, deliveries })
    }
    return made
  }
}

export function encodeGroup(writer: ByteWriter, group: Group): void {
  writer.text(group.name).text(group.lastId).text(String(group.entriesRead))
  writer.varint(group.consumers.size)
  for (const { name, seenAt, activeAt } of group.sorted()) {
    writer
      .text(name)
      .varint(seenAt)
      .varint(activeAt + 1)
  }
  writer.varint(group.order.size)
  for (const id of group.order.ids) {
    const { consumer, deliveredAt, deliveries } = group.pending.get(id) as Pending
    writer.text(id).text(consumer.name).varint(deliveredAt).text(String(deliveries))
  }
}

/** Null where the bytes are malformed. */
export function decodeGroup(reader: ByteReader): Group | null {
  const made = new Group(reader.text(), reader.text(), readInt64(reader))
  const consumers = reader.varint()
  for (let i = 0; i < consumers && reader.ok; i++) {
    const consumer = new Consumer(reader.text(), reader.varint())
    consumer.activeAt = reader.varint() - 1
    made.consumers.set(consumer.name, consumer)
  }
  const pending = reader.varint()
  for (let i = 0; i < pending && reader.ok; i++) {
    const id = reader.text()
    const consumer = made.consumers.get(reader.text())
    const deliveredAt = reader.varint()
    const deliveries = readInt64(reader)
    if (consumer === undefined) return null
    made.add(id, { consumer, deliveredAt, deliveries })
  }
  return reader.ok ? made : null
}

/** A 64-bit integer that was written as text; 0 where it is none. */
export function readInt64(reader: ByteReader): Int64 {
  const text = reader.text()
  return parseInt64(text) ?? 0
}
