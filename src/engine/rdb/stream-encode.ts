// Streams as Redis 7.0 dumps them: nodes of entries as listpacks under the id of their first entry, then
// what the stream knows of its past, then its groups with their pending entries and consumers.

import type { Group, Pending } from '../values/stream-group.js'
import { type Half, msOf, sequenceOf } from '../values/stream-id.js'
import type { StreamPart } from '../values/stream-part.js'
import type { StreamValue } from '../values/stream.js'
import { ListpackWriter } from './listpack.js'
import { rdbTypes, type Work } from './types.js'
import type { RdbWriter } from './writer.js'

/** Flag of an entry with the fields of its node's first one. */
const sameFields = 2

export function* encodeStream(writer: RdbWriter, stream: StreamValue): Work<void> {
  const nodes = stream.body.parts.filter((part) => part.size > 0)
  writer.byte(rdbTypes.streamListpacks2)
  writer.length(nodes.length)
  for (const node of nodes) yield* encodeNode(writer, node)
  writer.length(stream.body.size)
  for (const id of [stream.lastId, stream.firstId, stream.maxDeletedId]) encodeId(writer, id)
  // What members that merge added at the same time may not be counted.
  writer.length(stream.added < stream.body.size ? stream.body.size : stream.added)
  const groups = stream.sortedGroups()
  writer.length(groups.length)
  for (const group of groups) yield* encodeGroup(writer, group)
}

function encodeId(writer: RdbWriter, id: string): void {
  writer.length(msOf(id))
  writer.length(sequenceOf(id))
}

function* encodeNode(writer: RdbWriter, node: StreamPart): Work<void> {
  const first = node.ids[0] as string
  const master = fieldsOf(node.entries[0] as readonly string[])
  const pack = new ListpackWriter()
  pack.integer(node.size)
  pack.integer(0)
  pack.integer(master.length)
  for (const field of master) pack.text(field)
  pack.integer(0)
  for (let i = 0; i < node.size; i++) {
    const id = node.ids[i] as string
    const entry = node.entries[i] as readonly string[]
    const count = entry.length / 2
    const isSame = count === master.length && master.every((field, at) => field === entry[at * 2])
    pack.integer(isSame ? sameFields : 0)
    pack.integer(difference(msOf(id), msOf(first)))
    pack.integer(difference(sequenceOf(id), sequenceOf(first)))
    if (!isSame) pack.integer(count)
    entry.forEach((text, at) => {
      if (!isSame || at % 2 === 1) pack.text(text)
    })
    pack.integer(isSame ? count + 3 : count * 2 + 4)
    yield
  }
  writer.text(first)
  writer.blob(pack.finish())
}

function fieldsOf(entry: readonly string[]): string[] {
  return entry.filter((_, at) => at % 2 === 0)
}

/** As 64 bits with a sign. */
function difference(a: Half, b: Half): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return BigInt.asIntN(64, BigInt(a) - BigInt(b))
}

function* encodeGroup(writer: RdbWriter, group: Group): Work<void> {
  writer.text(group.name)
  encodeId(writer, group.lastId)
  writer.length(BigInt.asUintN(64, BigInt(group.entriesRead)))
  writer.length(group.order.size)
  for (const id of group.order.ids) {
    const { deliveredAt, deliveries } = group.pending.get(id) as Pending
    writer.raw(id)
    writer.milliseconds(deliveredAt)
    writer.length(deliveries)
    yield
  }
  writer.length(group.consumers.size)
  for (const consumer of group.sorted()) {
    writer.text(consumer.name)
    writer.milliseconds(consumer.seenAt)
    writer.length(consumer.pending.size)
    for (const id of consumer.pending.ids) {
      writer.raw(id)
      yield
    }
  }
}
