// A stream as elements: what `contents` is for the other kinds. Ids and counts that only grow are taken
// field by field at their greatest; groups, consumers and pending entries go to the last writer.

import type { Effects } from '../effects.js'
import { parseInt64 } from '../values/integer.js'
import type { StreamValue } from '../values/stream.js'
import { Group } from '../values/stream-group.js'
import { idMin } from '../values/stream-id.js'
import type { Payload } from './cell.js'
import type { Fields } from './fold.js'
import { consumerName, entryName, groupName, headName } from './stream-names.js'
import { parseConsumer, parsePending, pendingName } from './stream-names.js'

export interface StreamTarget {
  readonly effects: Effects
  readonly key: string
  readonly stream: StreamValue
}

export function readStream(stream: StreamValue, name: string): Payload | undefined {
  switch (name[0]) {
    case 'h':
      return headOf(stream)
    case 'e':
      return stream.find(name.slice(1))
    case 'g': {
      const group = stream.groups.get(name.slice(1))
      return group === undefined ? undefined : payloadOfGroup(group)
    }
    case 'c': {
      const [group, consumer] = parseConsumer(name)
      const found = stream.groups.get(group)?.consumers.get(consumer)
      return found === undefined ? undefined : { fields: [found.seenAt, found.activeAt] }
    }
    default: {
      const [group, id] = parsePending(name)
      const found = stream.groups.get(group)?.pending.get(id)
      if (found === undefined) return undefined
      return { fields: [found.consumer.name, found.deliveredAt, String(found.deliveries)] }
    }
  }
}

/** Last id, greatest deleted id, entries ever added: as a number, since it is compared. */
export function headOf(stream: StreamValue): Payload {
  const added = Math.min(Number(stream.added), Number.MAX_SAFE_INTEGER)
  return { fields: [stream.lastId, stream.maxDeletedId, added] }
}

export function payloadOfGroup(group: Group): Payload {
  return { fields: [group.lastId, String(group.entriesRead)] }
}

export function writeStream(target: StreamTarget, name: string, payload: Payload): void {
  const { effects, key, stream } = target
  const { streams } = effects
  if (name[0] === 'e') {
    streams.put(key, stream, { id: name.slice(1), entry: payload as readonly string[] })
    return
  }
  const { fields } = payload as Fields
  if (name === headName) {
    const added = Math.max(0, Number(fields[2] ?? 0))
    streams.setPast(key, stream, {
      lastId: textAt(fields, 0, idMin),
      maxDeletedId: textAt(fields, 1, idMin),
      added: Number.isSafeInteger(added) ? added : Number.MAX_SAFE_INTEGER,
    })
  } else if (name[0] === 'g') writeGroup(target, name.slice(1), fields)
  else if (name[0] === 'c') writeConsumer(target, name, fields)
  else writePending(target, name, fields)
}

function textAt(fields: readonly (string | number)[], at: number, otherwise: string): string {
  const field = fields[at]
  return typeof field === 'string' ? field : otherwise
}

function numberAt(fields: readonly (string | number)[], at: number): number {
  const field = fields[at]
  return typeof field === 'number' ? field : 0
}

function writeGroup(
  { effects, key, stream }: StreamTarget,
  name: string,
  fields: Fields['fields'],
): void {
  const lastId = textAt(fields, 0, idMin)
  const entriesRead = parseInt64(textAt(fields, 1, '0')) ?? 0
  const group = stream.groups.get(name)
  if (group === undefined) {
    effects.streams.createGroup(key, stream, new Group(name, lastId, entriesRead))
  } else effects.streams.setRead(key, stream, { group, lastId, entriesRead })
}

function writeConsumer(
  { effects, key, stream }: StreamTarget,
  name: string,
  fields: Fields['fields'],
): void {
  const [groupText, consumerText] = parseConsumer(name)
  const group = stream.groups.get(groupText)
  if (group === undefined) return
  const seenAt = numberAt(fields, 0)
  const made = { group, name: consumerText, seenAt }
  const consumer =
    group.consumers.get(consumerText) ?? effects.streams.createConsumer(key, stream, made)
  effects.streams.see(key, stream, { consumer, seenAt, activeAt: numberAt(fields, 1) })
}

function writePending(
  { effects, key, stream }: StreamTarget,
  name: string,
  fields: Fields['fields'],
): void {
  const [groupText, id] = parsePending(name)
  const group = stream.groups.get(groupText)
  if (group === undefined) return
  const consumerText = textAt(fields, 0, '')
  const deliveredAt = numberAt(fields, 1)
  // Whoever removed the consumer had not seen this.
  const made = { group, name: consumerText, seenAt: deliveredAt }
  const consumer =
    group.consumers.get(consumerText) ?? effects.streams.createConsumer(key, stream, made)
  const deliveries = parseInt64(textAt(fields, 2, '1')) ?? 1
  effects.streams.deliver(key, stream, {
    group,
    id,
    delivery: { consumer, deliveredAt, deliveries },
  })
}

export function eraseStream({ effects, key, stream }: StreamTarget, name: string): void {
  const { streams } = effects
  if (name[0] === 'e') streams.take(key, stream, name.slice(1))
  else if (name[0] === 'g') {
    const group = stream.groups.get(name.slice(1))
    if (group !== undefined) streams.removeGroup(key, stream, group)
  } else if (name[0] === 'c') {
    const [groupText, consumerText] = parseConsumer(name)
    const group = stream.groups.get(groupText)
    const consumer = group?.consumers.get(consumerText)
    if (group === undefined || consumer === undefined) return
    // What is pending for it goes by operations of its own.
    if (consumer.pending.size === 0) streams.removeConsumer(key, stream, { group, consumer })
  } else if (name[0] === 'p') {
    const [groupText, id] = parsePending(name)
    const group = stream.groups.get(groupText)
    if (group !== undefined) streams.acknowledge(key, stream, { group, id })
  }
}

export function* streamElements(stream: StreamValue): Iterable<readonly [string, Payload]> {
  yield [headName, headOf(stream)]
  for (const { ids, entries } of stream.body.parts) {
    for (let i = 0; i < ids.length; i++) {
      yield [entryName(ids[i] as string), entries[i] as readonly string[]]
    }
  }
  for (const group of stream.sortedGroups()) {
    yield [groupName(group.name), payloadOfGroup(group)]
    for (const { name, seenAt, activeAt } of group.sorted()) {
      yield [consumerName(group.name, name), { fields: [seenAt, activeAt] }]
    }
    for (const id of group.order.ids) {
      const name = pendingName(group.name, id)
      const payload = readStream(stream, name)
      if (payload !== undefined) yield [name, payload]
    }
  }
}
