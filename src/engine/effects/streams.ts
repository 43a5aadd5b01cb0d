// The effects on streams and their consumer groups.

import type { Changes } from '../changes.js'
import { kinds, type Payload } from '../merge/cell.js'
import type { Recorder } from '../merge/recorder.js'
import { headOf, payloadOfGroup } from '../merge/stream-contents.js'
import { consumerName, entryName, groupName, headName, pendingName } from '../merge/stream-names.js'
import type { Int64 } from '../values/integer.js'
import { plus, type StreamValue } from '../values/stream.js'
import {
  Consumer,
  consumerBytes,
  type Group,
  type Pending,
  pendingBytes,
} from '../values/stream-group.js'
import { entryBytes, nodeBytesOf, type StreamPart } from '../values/stream-part.js'
import { textBytes } from '../values/text.js'

/** What a stream says of its past. */
export interface StreamPast {
  readonly lastId: string
  readonly added: Int64
  readonly maxDeletedId: string
}

/** A delivery of one entry. */
export interface Delivery {
  readonly consumer: Consumer
  readonly deliveredAt: number
  readonly deliveries: Int64
}

export class StreamEffects {
  readonly #changes: Changes
  recorder: Recorder | null = null

  constructor(changes: Changes) {
    this.#changes = changes
  }

  /** Appends an entry; its id is above the last one. */
  append(key: string, stream: StreamValue, id: string, entry: readonly string[]): void {
    const { parts } = stream.body
    const last = parts[parts.length - 1] as StreamPart
    if (this.#changes.compact.isFull(last)) this.#changes.extend(key, stream)
    this.#changes.header(key, stream)
    const index = parts.length - 1
    this.#changes.begin(key, stream, index)
    stream.lastId = id
    stream.added = this.#bounded(plus(stream.added, 1))
    const part = parts[index] as StreamPart
    part.ids.push(id)
    part.entries.push(entry)
    part.taken++
    part.nodeBytes += nodeBytesOf(entry)
    this.#changes.end(1, entryBytes(entry))
    this.#write(key, stream, entryName(id), entry)
    this.#write(key, stream, headName, headOf(stream))
  }

  /** Removes the entry of an id for XDEL; whether it was there. */
  remove(key: string, stream: StreamValue, id: string): boolean {
    const index = stream.partOf(id)
    const at = (stream.body.parts[index] as StreamPart).indexOf(id)
    if ((stream.body.parts[index] as StreamPart).ids[at] !== id) return false
    this.#changes.header(key, stream)
    if (id > stream.maxDeletedId) stream.maxDeletedId = id
    this.#changes.begin(key, stream, index)
    const part = stream.body.parts[index] as StreamPart
    part.ids.splice(at, 1)
    const [entry] = part.entries.splice(at, 1)
    forgetEmpty(part)
    this.#changes.end(-1, -entryBytes(entry ?? []))
    this.#erase(key, stream, entryName(id))
    this.#write(key, stream, headName, headOf(stream))
    return true
  }

  /** Removes the first `count` entries, which are in the first part. */
  trim(key: string, stream: StreamValue, count: number): void {
    this.#changes.begin(key, stream, 0)
    const part = stream.body.parts[0] as StreamPart
    let bytes = 0
    for (let i = 0; i < count; i++) {
      bytes += entryBytes(part.entries[i] ?? [])
      this.#erase(key, stream, entryName(part.ids[i] as string))
    }
    part.ids = part.ids.slice(count)
    part.entries = part.entries.slice(count)
    forgetEmpty(part)
    this.#changes.end(-count, -bytes)
  }

  setPast(key: string, stream: StreamValue, past: StreamPast): void {
    this.#changes.header(key, stream)
    stream.lastId = past.lastId
    stream.added = this.#bounded(past.added)
    stream.maxDeletedId = past.maxDeletedId
    this.#write(key, stream, headName, headOf(stream))
  }

  createGroup(key: string, stream: StreamValue, group: Group): void {
    this.#changes.header(key, stream)
    stream.groups.set(group.name, group)
    this.#grew(key, stream, group.bytes)
    if (stream.body.isHomed) this.recorder?.eraseHanging(key, group.name)
    this.#write(key, stream, headName, headOf(stream))
    this.#write(key, stream, groupName(group.name), payloadOfGroup(group))
  }

  removeGroup(key: string, stream: StreamValue, group: Group): void {
    this.#changes.header(key, stream)
    stream.groups.delete(group.name)
    if (this.recorder !== null) this.#eraseGroup(key, stream, group)
    this.#grew(key, stream, -group.bytes)
  }

  /** How far a group has read. */
  setRead(
    key: string,
    stream: StreamValue,
    read: { readonly group: Group; readonly lastId: string; readonly entriesRead: Int64 },
  ): void {
    this.#changes.header(key, stream)
    read.group.lastId = read.lastId
    read.group.entriesRead = read.entriesRead
    this.#write(key, stream, groupName(read.group.name), payloadOfGroup(read.group))
  }

  createConsumer(
    key: string,
    stream: StreamValue,
    made: { readonly group: Group; readonly name: string; readonly seenAt: number },
  ): Consumer {
    this.#changes.header(key, stream)
    const consumer = new Consumer(made.name, made.seenAt)
    made.group.consumers.set(made.name, consumer)
    this.#grew(key, stream, consumerBytes + textBytes(made.name))
    this.#writeConsumer(key, stream, consumer)
    return consumer
  }

  /** Removes a consumer with what is pending for it. */
  removeConsumer(
    key: string,
    stream: StreamValue,
    gone: { readonly group: Group; readonly consumer: Consumer },
  ): void {
    this.#changes.header(key, stream)
    const { group, consumer } = gone
    const count = consumer.pending.size
    for (const id of [...consumer.pending.ids]) {
      this.#erase(key, stream, pendingName(group.name, id))
      group.remove(id)
    }
    this.#erase(key, stream, consumerName(group.name, consumer.name))
    group.consumers.delete(consumer.name)
    this.#grew(key, stream, -consumerBytes - textBytes(consumer.name) - count * pendingBytes)
  }

  /** A consumer was heard of, which each member knows for itself; `activeAt` is when it got an entry, -1 to leave that. */
  see(
    key: string,
    stream: StreamValue,
    seen: { readonly consumer: Consumer; readonly seenAt: number; readonly activeAt: number },
  ): void {
    this.#changes.header(key, stream)
    seen.consumer.seenAt = seen.seenAt
    if (seen.activeAt >= 0) seen.consumer.activeAt = seen.activeAt
  }

  /** An entry is delivered to a consumer, whoever had it before. */
  deliver(
    key: string,
    stream: StreamValue,
    to: { readonly group: Group; readonly id: string; readonly delivery: Delivery },
  ): void {
    this.#changes.header(key, stream)
    const { group, id, delivery } = to
    const known = group.pending.get(id)
    if (known === undefined) {
      const pending: Pending = { ...delivery }
      group.add(id, pending)
      this.#grew(key, stream, pendingBytes)
      this.#writePending(key, stream, to)
      return
    }
    group.hand(id, delivery.consumer)
    known.deliveredAt = delivery.deliveredAt
    known.deliveries = delivery.deliveries
    this.#writePending(key, stream, to)
  }

  /** An entry is acknowledged; whether it was pending. */
  acknowledge(
    key: string,
    stream: StreamValue,
    what: { readonly group: Group; readonly id: string },
  ): boolean {
    if (!what.group.pending.has(what.id)) return false
    this.#changes.header(key, stream)
    this.#erase(key, stream, pendingName(what.group.name, what.id))
    what.group.remove(what.id)
    this.#grew(key, stream, -pendingBytes)
    return true
  }

  /** Puts an entry where its id stands, or in the place of the one that is there. */
  put(key: string, stream: StreamValue, { id, entry }: StreamEntry): void {
    const { parts } = stream.body
    const last = parts[parts.length - 1] as StreamPart
    const isBehind = last.size === 0 || id > (last.ids[last.size - 1] as string)
    if (isBehind && this.#changes.compact.isFull(last)) this.#changes.extend(key, stream)
    const index = isBehind ? parts.length - 1 : stream.partOf(id)
    this.#changes.begin(key, stream, index)
    const part = parts[index] as StreamPart
    const at = part.indexOf(id)
    if (part.ids[at] === id) {
      const before = part.entries[at] ?? []
      part.entries[at] = entry
      this.#changes.end(0, entryBytes(entry) - entryBytes(before))
      return
    }
    part.ids.splice(at, 0, id)
    part.entries.splice(at, 0, entry)
    part.taken++
    part.nodeBytes += nodeBytesOf(entry)
    this.#changes.end(1, entryBytes(entry))
  }

  /** Members that merge take the greatest of several counts, as a number. */
  #bounded(added: Int64): Int64 {
    return this.recorder === null ? added : Math.min(Number(added), Number.MAX_SAFE_INTEGER)
  }

  /** Takes the entry of an id out, and leaves what the stream says of its past. */
  take(key: string, stream: StreamValue, id: string): void {
    const index = stream.partOf(id)
    const part = stream.body.parts[index] as StreamPart
    const at = part.indexOf(id)
    if (part.ids[at] !== id) return
    this.#changes.begin(key, stream, index)
    const held = stream.body.parts[index] as StreamPart
    held.ids.splice(at, 1)
    const [entry] = held.entries.splice(at, 1)
    forgetEmpty(held)
    this.#changes.end(-1, -entryBytes(entry ?? []))
  }

  #write(key: string, stream: StreamValue, name: string, payload: Payload): void {
    if (this.recorder === null || !stream.body.isHomed) return
    this.recorder.write(key, { kind: kinds.stream, name, payload })
  }

  #erase(key: string, stream: StreamValue, name: string): void {
    if (this.recorder === null || !stream.body.isHomed) return
    this.recorder.erase(key, kinds.stream, name)
  }

  #writeConsumer(key: string, stream: StreamValue, consumer: Consumer): void {
    if (this.recorder === null) return
    const { name, seenAt, activeAt } = consumer
    for (const group of stream.groups.values()) {
      if (group.consumers.get(name) !== consumer) continue
      this.#write(key, stream, consumerName(group.name, name), { fields: [seenAt, activeAt] })
    }
  }

  #writePending(
    key: string,
    stream: StreamValue,
    {
      group,
      id,
      delivery,
    }: { readonly group: Group; readonly id: string; readonly delivery: Delivery },
  ): void {
    if (this.recorder === null) return
    const { consumer, deliveredAt, deliveries } = delivery
    const fields = [consumer.name, deliveredAt, String(deliveries)]
    this.#write(key, stream, pendingName(group.name, id), { fields })
  }

  #eraseGroup(key: string, stream: StreamValue, group: Group): void {
    for (const id of group.order.ids) this.#erase(key, stream, pendingName(group.name, id))
    for (const name of group.consumers.keys()) {
      this.#erase(key, stream, consumerName(group.name, name))
    }
    this.#erase(key, stream, groupName(group.name))
  }

  #grew(key: string, stream: StreamValue, bytes: number): void {
    stream.headerBytes += bytes
    this.#changes.headerGrew(key, stream, bytes)
  }
}

/** A node without entries is gone in Redis, and what comes next begins another one. */
function forgetEmpty(part: StreamPart): void {
  if (part.ids.length > 0) return
  part.taken = 0
  part.nodeBytes = 0
}

export interface StreamEntry {
  readonly id: string
  readonly entry: readonly string[]
}
