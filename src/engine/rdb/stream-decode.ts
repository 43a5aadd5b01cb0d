// Streams of a dump: nodes of Redis 5 and later, groups with their pending entries and consumers. Ids must
// ascend, counts must be right, and every pending entry must have one consumer.

import type { Effects } from '../effects.js'
import { narrow, parseInt64 } from '../values/integer.js'
import { Consumer, entriesUnknown, Group } from '../values/stream-group.js'
import { idMin, makeId, msOf, sequenceOf } from '../values/stream-id.js'
import { StreamValue } from '../values/stream.js'
import { readListpack } from './listpack.js'
import type { RdbReader } from './reader.js'
import { rdbTypes, type Work } from './types.js'

const deletedFlag = 1
const sameFieldsFlag = 2
const idBytes = 16

export function* decodeStream(
  type: number,
  reader: RdbReader,
  effects: Effects,
): Work<StreamValue | null> {
  const stream = new StreamValue()
  for (let left = reader.count(); left > 0; left--) {
    const master = reader.text()
    const texts = readListpack(reader.blob())
    if (!reader.ok || texts === null || master.length !== idBytes) return null
    const entries = new NodeEntries(master, texts)
    for (let entry = entries.next(); entry !== null; entry = entries.next()) {
      if (entry.id <= stream.lastId) return null
      effects.streams.append('', stream, entry.id, entry.texts)
      yield
    }
    if (!entries.isWhole) return null
    yield
  }
  if (!decodePast(type, reader, { stream, effects })) return null
  for (let left = reader.count(); left > 0; left--) {
    const group = yield* decodeGroup(type, reader, stream)
    if (group === null || stream.groups.has(group.name)) return null
    effects.streams.createGroup('', stream, group)
    yield
  }
  return reader.ok ? stream : null
}

function decodePast(
  type: number,
  reader: RdbReader,
  { stream, effects }: { readonly stream: StreamValue; readonly effects: Effects },
): boolean {
  const size = reader.length()
  const lastId = decodeId(reader)
  if (!reader.ok || size !== stream.body.size || lastId < stream.lastId) return false
  let maxDeletedId = idMin
  let added = narrow(BigInt(size))
  if (type !== rdbTypes.streamListpacks) {
    decodeId(reader)
    maxDeletedId = decodeId(reader)
    added = narrow(BigInt(reader.length()))
  }
  if (!reader.ok || added === null || added < size) return false
  effects.streams.setPast('', stream, { lastId, added, maxDeletedId })
  return true
}

function decodeId(reader: RdbReader): string {
  const ms = reader.length()
  return makeId(ms, reader.length())
}

interface NodeEntry {
  readonly id: string
  readonly texts: readonly string[]
}

/** The entries of a node that are not deleted, one after the other. */
class NodeEntries {
  readonly #master: string
  readonly #texts: readonly string[]
  readonly #fields: readonly string[]
  #at: number
  #left: number

  constructor(master: string, texts: readonly string[]) {
    this.#master = master
    this.#texts = texts
    const fields = Number(texts[2])
    this.#left = Number(texts[0]) + Number(texts[1])
    const isSane = Number.isInteger(fields) && fields >= 0 && texts[fields + 3] === '0'
    this.#fields = isSane ? texts.slice(3, 3 + fields) : []
    this.#at = isSane ? 4 + fields : -1
  }

  /** All of the node was read, and it was right. */
  get isWhole(): boolean {
    return this.#at === this.#texts.length && this.#left === 0
  }

  next(): NodeEntry | null {
    for (;;) {
      if (this.#at < 0 || this.#at >= this.#texts.length) return null
      const flags = Number(this.#texts[this.#at])
      const entry = this.#read(flags)
      if (entry === null) this.#at = -1
      else this.#left--
      if (entry === null || (flags & deletedFlag) === 0) return entry
    }
  }

  #read(flags: number): NodeEntry | null {
    const texts = this.#texts
    const from = this.#at
    const ms = parseInt64(texts[from + 1] ?? '')
    const sequence = parseInt64(texts[from + 2] ?? '')
    if (ms === null || sequence === null || !(flags >= 0 && flags <= 3)) return null
    const isSame = (flags & sameFieldsFlag) !== 0
    const count = isSame ? this.#fields.length : Number(texts[from + 3])
    const first = from + (isSame ? 3 : 4)
    const behind = first + (isSame ? count : count * 2)
    if (!(count >= 0) || texts[behind] !== String(behind - from)) return null
    this.#at = behind + 1
    const entry = texts.slice(first, behind)
    const id = makeId(
      BigInt.asUintN(64, BigInt(msOf(this.#master)) + BigInt(ms)),
      BigInt.asUintN(64, BigInt(sequenceOf(this.#master)) + BigInt(sequence)),
    )
    if (!isSame) return { id, texts: entry }
    return { id, texts: entry.flatMap((text, i) => [this.#fields[i] as string, text]) }
  }
}

interface Delivered {
  readonly deliveredAt: number
  readonly deliveries: number | bigint
}

function* decodeGroup(type: number, reader: RdbReader, stream: StreamValue): Work<Group | null> {
  const name = reader.text()
  const lastId = decodeId(reader)
  const read =
    type === rdbTypes.streamListpacks
      ? stream.entriesUpTo(lastId)
      : narrow(BigInt.asIntN(64, BigInt(reader.length())))
  const group = new Group(name, lastId, read ?? entriesUnknown)
  const delivered = new Map<string, Delivered>()
  for (let left = reader.count(idBytes); left > 0; left--) {
    const id = reader.raw(idBytes)
    const deliveredAt = reader.milliseconds()
    const deliveries = narrow(BigInt(reader.length()))
    if (!reader.ok || delivered.has(id) || deliveries === null || deliveredAt < 0) return null
    delivered.set(id, { deliveredAt, deliveries })
    yield
  }
  for (let left = reader.count(); left > 0; left--) {
    const consumer = decodeConsumer(type, reader)
    if (consumer === null || group.consumers.has(consumer.name)) return null
    group.consumers.set(consumer.name, consumer)
    for (let pending = reader.count(idBytes); pending > 0; pending--) {
      const id = reader.raw(idBytes)
      const known = delivered.get(id)
      if (known === undefined || group.pending.has(id)) return null
      group.add(id, { consumer, ...known })
      yield
    }
  }
  return reader.ok && group.pending.size === delivered.size ? group : null
}

function decodeConsumer(type: number, reader: RdbReader): Consumer | null {
  const consumer = new Consumer(reader.text(), reader.milliseconds())
  consumer.activeAt = type === rdbTypes.streamListpacks3 ? reader.milliseconds() : consumer.seenAt
  return reader.ok && consumer.seenAt >= 0 && consumer.activeAt >= -1 ? consumer : null
}
