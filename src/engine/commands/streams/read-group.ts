// XREADGROUP on one stream: new entries for a consumer, or those that it has not acknowledged.

import { nullArray, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { plus, type StreamValue } from '../../values/stream.js'
import { type Consumer, entriesUnknown, type Group } from '../../values/stream-group.js'
import { formatId, idAfter, idMax } from '../../values/stream-id.js'
import { EntryWalk, entryReply } from './stream.js'

export interface GroupRead {
  readonly key: string
  readonly stream: StreamValue
  readonly group: Group
  readonly consumer: string
  /** Entries at most, 0 for all. */
  readonly count: number
  readonly noAck: boolean
}

/** What is read of one stream, entry by entry. */
export interface StreamRead {
  readonly key: string
  readonly found: Reply[]
  /** Stands in the answer only with entries. */
  readonly isOmittedEmpty: boolean
  /** Reads one more entry; false at the end. */
  take(): boolean
}

/** The consumer, made where it is not there. */
export function makeConsumer(
  context: Context,
  of: { readonly key: string; readonly stream: StreamValue; readonly group: Group },
  name: string,
): Consumer {
  const { key, stream, group } = of
  const found = group.consumers.get(name)
  if (found !== undefined) return found
  const seenAt = context.clock
  const made = context.effects.streams.createConsumer(key, stream, { group, name, seenAt })
  context.effects.notify('xgroup-createconsumer', key)
  return made
}

/** Entries behind the group's last one. */
export class NewRead implements StreamRead {
  readonly key: string
  readonly found: Reply[] = []
  readonly isOmittedEmpty = true
  readonly #context: Context
  readonly #read: GroupRead
  readonly #consumer: Consumer
  /** Begun in its turn: the same stream may stand twice, and the first one moves the group on. */
  #walk: EntryWalk | null = null

  constructor(context: Context, read: GroupRead) {
    const { key, stream, group } = read
    this.key = key
    this.#context = context
    this.#read = read
    this.#consumer = makeConsumer(context, read, read.consumer)
    const isNew = stream.lastId > group.lastId && stream.body.size > 0
    const activeAt = isNew ? context.clock : -1
    const seen = { consumer: this.#consumer, seenAt: context.clock, activeAt }
    context.effects.streams.see(key, stream, seen)
  }

  take(): boolean {
    const { key, stream, group, count, noAck } = this.#read
    const { streams } = this.#context.effects
    const first = this.#walk === null ? idAfter(group.lastId) : null
    if (first !== null) this.#walk = new EntryWalk(stream, { first, last: idMax })
    const id = this.#walk?.next() ?? null
    if (id === null || this.#walk === null) return false
    let { entriesRead } = group
    if (entriesRead !== entriesUnknown && !stream.hasGapBehind(id))
      entriesRead = plus(entriesRead, 1)
    else if (stream.added !== 0) entriesRead = stream.entriesUpTo(id)
    streams.setRead(key, stream, { group, lastId: id, entriesRead })
    this.found.push(entryReply(id, this.#walk.entry))
    if (!noAck) {
      const consumer = this.#consumer
      const delivery = { consumer, deliveredAt: this.#context.clock, deliveries: 1 }
      streams.deliver(key, stream, { group, id, delivery })
    }
    return this.found.length !== count
  }
}

/** Entries behind an id that are pending for the consumer. */
export class PendingRead implements StreamRead {
  readonly key: string
  readonly found: Reply[] = []
  readonly isOmittedEmpty = false
  readonly #context: Context
  readonly #read: GroupRead
  readonly #consumer: Consumer
  readonly #after: string
  /** Found in its turn: the same stream may stand twice, and the first one adds to what is pending. */
  #at: number | null = null

  constructor(context: Context, read: GroupRead, after: string) {
    this.key = read.key
    this.#context = context
    this.#read = read
    this.#consumer = makeConsumer(context, read, read.consumer)
    const seen = { consumer: this.#consumer, seenAt: context.clock, activeAt: -1 }
    context.effects.streams.see(read.key, read.stream, seen)
    this.#after = after
  }

  take(): boolean {
    const { key, stream, group, count } = this.#read
    const { pending } = this.#consumer
    const first = idAfter(this.#after)
    this.#at ??= first === null ? pending.size : pending.indexOf(first)
    const id = pending.ids[this.#at]
    if (id === undefined) return false
    this.#at++
    const entry = stream.find(id)
    if (entry === undefined) this.found.push([formatId(id), nullArray])
    else {
      const deliveries = plus(group.pending.get(id)?.deliveries ?? 0, 1)
      const delivery = { consumer: this.#consumer, deliveredAt: this.#context.clock, deliveries }
      this.#context.effects.streams.deliver(key, stream, { group, id, delivery })
      this.found.push(entryReply(id, entry))
    }
    return this.found.length !== count
  }
}
