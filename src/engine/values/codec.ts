// A value in the row of its key: kind, header, then the entries themselves or, where they have rows of
// their own, the body's id and the number of those rows.

import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import { HashValue } from './hash.js'
import { ListValue } from './list.js'
import type { MapPart } from './map-part.js'
import type { Body, Part } from './part.js'
import type { ScorePart } from './score-part.js'
import { SetValue } from './set.js'
import { StreamValue } from './stream.js'
import type { Container, Value } from './value.js'
import { ZsetValue } from './zset.js'

/** Numbers are a format. */
const kinds = { text: 0, hash: 1, list: 2, set: 3, zset: 4, stream: 5 } as const

/** A container whose parts are still to come. */
export interface Awaited {
  readonly key: string
  readonly value: Container
  readonly parts: number
}

export function encodeValue(writer: ByteWriter, value: Value): void {
  if (typeof value === 'string') {
    writer.byte(kinds.text).text(value)
    return
  }
  encodeHeader(writer, value)
  const body: Body = value.body
  writer.varint(body.id)
  if (body.id === 0) body.kind.encode(writer, body.parts[0] as Part)
  else writer.varint(body.parts.length)
}

/** For digests: without the id, which each member chooses for itself, and with all parts. */
export function digestValue(writer: ByteWriter, value: Value): void {
  if (typeof value === 'string' || value.body.id === 0) {
    encodeValue(writer, value)
    return
  }
  encodeHeader(writer, value)
  const body: Body = value.body
  for (const part of body.parts) body.kind.encode(writer.varint(part.start), part)
}

/** Null where the bytes are malformed. Parts in rows of their own are left to come, and noted. */
export function decodeValue(reader: ByteReader, key: string, awaited: Awaited[]): Value | null {
  const kind = reader.byte()
  if (kind === kinds.text) return reader.text()
  const value = makeOf(kind)
  if (value === null) return null
  if (value.type === 'stream') {
    if (!value.decodeHeader(reader)) return null
  } else if (value.type === 'list') reader.byte()
  else value.encoding = reader.byte()
  const body = value.body
  body.id = reader.varint()
  const start = (body.parts[0] as Part).start
  body.parts.length = 0
  if (body.id === 0) {
    const part = body.kind.decode(reader, start)
    if (part !== null) restorePart(value, part)
    return part === null ? null : value
  }
  awaited.push({ key, value, parts: reader.varint() })
  return value
}

/** Puts a part that came from a row behind those that are there. */
export function restorePart(value: Container, part: Part): void {
  const body: { restore(part: Part): void } = value.body
  body.restore(part)
  if (value.type === 'zset' && value.body.id !== 0) value.restored(part as ScorePart)
  if (value.type === 'hash') value.countTimed((part as MapPart).times?.size ?? 0)
}

/** Lists have one encoding: the byte in its place says nothing. */
const unused = 0

function encodeHeader(writer: ByteWriter, value: Container): void {
  writer.byte(kinds[value.type])
  if (value.type === 'stream') value.encodeHeader(writer)
  else writer.byte(value.type === 'list' ? unused : value.encoding)
}

/** An empty container, by its code in rows; null for text and what is none. */
export function makeOf(kind: number): Container | null {
  switch (kind) {
    case kinds.hash:
      return new HashValue()
    case kinds.list:
      return new ListValue()
    case kinds.set:
      return new SetValue()
    case kinds.zset:
      return new ZsetValue()
    case kinds.stream:
      return new StreamValue()
    default:
      return null
  }
}
