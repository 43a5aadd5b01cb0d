// What replicas of a group and its guests say to each other: members that serve clients of the group and
// hold no replica of it. Beside batches and reads, which travel as those of members with a replica do.

import type { Reply } from '../api/reply.js'
import { decodeReply, encodeReply } from '../api/reply-codec.js'
import { ByteReader, ByteWriter } from '../base/bytes.js'
import type { Told } from './event-log.js'
import type { Place } from './remote-reads.js'
import type { LateAnswer, WaiterId } from './waiters.js'

const version = 1

/** First byte behind the version of what a replica tells. */
const kinds = { news: 0, answers: 1, late: 2, cancelled: 3, events: 4, shut: 5 } as const

/** How a replica stands. */
export interface News {
  readonly leads: boolean
  readonly term: number
  /** What it has applied. */
  readonly at: Place
  /** By database, where it has keys: keys, keys with a time to live, its mean in ms. */
  readonly counts: readonly Count[]
  /** Which of the guest's subscriptions to key events is kept there, 0 for none, and what was sent of it. */
  readonly heard: Heard
}

/** How far a subscription to key events is. */
export interface Heard {
  readonly subscription: number
  /** Messages with events so far. */
  readonly count: number
}

export interface Events extends Heard {
  readonly list: readonly Told[]
  /** Any key may have changed without a word. */
  readonly isForgotten: boolean
}

export interface Count {
  readonly db: number
  readonly keys: number
  readonly expires: number
  readonly averageTtl: number
}

/** What a script did that takes place where its client is. */
export interface SaidNote {
  readonly index: number
  readonly db: number
  readonly args: readonly string[]
}

/** Replies to a batch, or to a part of it. */
export interface Answers {
  readonly incarnation: number
  readonly sequence: number
  /** Commands of the whole batch. */
  readonly total: number
  /** Index of the first reply. */
  readonly first: number
  readonly replies: readonly Reply[]
  /** Of commands that wait on, in their order: milliseconds, 0 for ever. */
  readonly timeouts: readonly number[]
  readonly said: readonly SaidNote[]
  readonly at: Place
  /** Given before: what is in them may be old. */
  readonly isAgain: boolean
  /** What the batch did to keys, in its last part, for a guest that listens. */
  readonly events: Events | null
}

/** A batch of the guest. */
export interface BatchName {
  readonly incarnation: number
  readonly sequence: number
}

export type HostMessage =
  | { readonly kind: 'news'; readonly news: News }
  | { readonly kind: 'answers'; readonly answers: Answers }
  | { readonly kind: 'late'; readonly answer: LateAnswer }
  | { readonly kind: 'cancelled'; readonly ids: readonly WaiterId[] }
  | { readonly kind: 'events'; readonly events: Events }
  | { readonly kind: 'shut'; readonly from: BatchName }

export function encodeNews({ leads, term, at, counts, heard }: News): Uint8Array {
  const writer = begin(kinds.news).boolean(leads).varint(term)
  writePlace(writer, at)
  writer.varint(counts.length)
  for (const { db, keys, expires, averageTtl } of counts)
    writer.varint(db).varint(keys).varint(expires).varint(Math.floor(averageTtl))
  return writer.varint(heard.subscription).varint(heard.count).finish()
}

export function encodeAnswers(answers: Answers): Uint8Array {
  const { incarnation, sequence, total, first, replies, timeouts, said, at, events } = answers
  const writer = begin(kinds.answers)
  writer.varint(incarnation).varint(sequence).varint(total).varint(first)
  writePlace(writer, at)
  writer.varint(replies.length)
  for (const reply of replies) encodeReply(writer, reply)
  writer.varint(timeouts.length)
  for (const ms of timeouts) writer.varint(ms)
  writer.varint(said.length)
  for (const { index, db, args } of said) {
    writer.varint(index).varint(db).varint(args.length)
    for (const arg of args) writer.text(arg)
  }
  writer.boolean(answers.isAgain).boolean(events !== null)
  if (events !== null) writeEvents(writer, events)
  return writer.finish()
}

export function encodeEvents(events: Events): Uint8Array {
  const writer = begin(kinds.events)
  writeEvents(writer, events)
  return writer.finish()
}

export function encodeLate({ id, number, reply }: LateAnswer): Uint8Array {
  const writer = begin(kinds.late)
  writeId(writer, id)
  encodeReply(writer.varint(number), reply)
  return writer.finish()
}

export function encodeCancelled(ids: readonly WaiterId[]): Uint8Array {
  const writer = begin(kinds.cancelled).varint(ids.length)
  for (const id of ids) writeId(writer, id)
  return writer.finish()
}

/** From this batch on none of its incarnation is taken any more, nor was one. */
export function encodeShut({ incarnation, sequence }: BatchName): Uint8Array {
  return begin(kinds.shut).varint(incarnation).varint(sequence).finish()
}

/** What a guest asks: the number of its subscription to key events, 0 for none. */
export function encodeAsk(subscription: number): Uint8Array {
  return new ByteWriter(16).byte(version).varint(subscription).finish()
}

/** 0 where it is of a later version. */
export function decodeAsk(body: Uint8Array): number {
  const reader = new ByteReader(body)
  const subscription = reader.byte() === version ? reader.varint() : 0
  return reader.ok ? subscription : 0
}

/** Null where it is malformed, or of a later version. `origin`: who was told. */
export function decodeTold(body: Uint8Array, origin: number): HostMessage | null {
  const reader = new ByteReader(body)
  if (reader.byte() !== version) return null
  const told = readTold(reader, origin)
  return reader.ok ? told : null
}

function readTold(reader: ByteReader, origin: number): HostMessage | null {
  switch (reader.byte()) {
    case kinds.news:
      return { kind: 'news', news: readNews(reader) }
    case kinds.answers:
      return { kind: 'answers', answers: readAnswers(reader) }
    case kinds.late: {
      const id = readId(reader, origin)
      const number = reader.varint()
      return { kind: 'late', answer: { id, number, reply: decodeReply(reader) } }
    }
    case kinds.cancelled:
      return { kind: 'cancelled', ids: readList(reader, () => readId(reader, origin)) }
    case kinds.events:
      return { kind: 'events', events: readEvents(reader) }
    case kinds.shut:
      return { kind: 'shut', from: { incarnation: reader.varint(), sequence: reader.varint() } }
    default:
      return null
  }
}

function readNews(reader: ByteReader): News {
  const leads = reader.boolean()
  const term = reader.varint()
  const at = readPlace(reader)
  const counts = readList(reader, () => ({
    db: reader.varint(),
    keys: reader.varint(),
    expires: reader.varint(),
    averageTtl: reader.varint(),
  }))
  const heard = { subscription: reader.varint(), count: reader.varint() }
  return { leads, term, at, counts, heard }
}

function readAnswers(reader: ByteReader): Answers {
  const incarnation = reader.varint()
  const sequence = reader.varint()
  const total = reader.varint()
  const first = reader.varint()
  const at = readPlace(reader)
  const replies = readList(reader, () => decodeReply(reader))
  const timeouts = readList(reader, () => reader.varint())
  const said = readList(reader, () => ({
    index: reader.varint(),
    db: reader.varint(),
    args: readList(reader, () => reader.text()),
  }))
  const isAgain = reader.boolean()
  const events = reader.boolean() ? readEvents(reader) : null
  const numbers = { incarnation, sequence, total, first }
  return { ...numbers, replies, timeouts, said, at, isAgain, events }
}

function begin(kind: number): ByteWriter {
  return new ByteWriter(256).byte(version).byte(kind)
}

function writeEvents(writer: ByteWriter, events: Events): void {
  const { subscription, count, list, isForgotten } = events
  writer.varint(subscription).varint(count).boolean(isForgotten).varint(list.length)
  for (const { at, event, db, key } of list) writer.varint(at).text(event).varint(db).text(key)
}

function readEvents(reader: ByteReader): Events {
  const subscription = reader.varint()
  const count = reader.varint()
  const isForgotten = reader.boolean()
  const list = readList(reader, () => ({
    at: reader.varint(),
    event: reader.text(),
    db: reader.varint(),
    key: reader.text(),
  }))
  return { subscription, count, list, isForgotten }
}

function writePlace(writer: ByteWriter, { era, term, index }: Place): void {
  writer.varint(era).varint(term).varint(index)
}

function readPlace(reader: ByteReader): Place {
  return { era: reader.varint(), term: reader.varint(), index: reader.varint() }
}

function writeId(writer: ByteWriter, { incarnation, sequence, index }: WaiterId): void {
  writer.varint(incarnation).varint(sequence).varint(index)
}

function readId(reader: ByteReader, origin: number): WaiterId {
  return {
    origin,
    incarnation: reader.varint(),
    sequence: reader.varint(),
    index: reader.varint(),
  }
}

function readList<T>(reader: ByteReader, read: () => T): T[] {
  const made: T[] = []
  const count = reader.varint()
  for (let i = 0; i < count && reader.ok; i++) made.push(read())
  return made
}
