// Replies between members and in checkpoints of the answer window: compact, versioned by its container.

import type { ByteReader, ByteWriter } from '../base/bytes.js'
import { wholeOf } from './long-reply.js'
import { ok, type Reply, type ReplyObject, silent, nullArray, status } from './reply.js'

const tags = {
  ok: 0,
  null: 1,
  integer: 2,
  text: 3,
  bigint: 4,
  array: 5,
  status: 6,
  error: 7,
  double: 8,
  boolean: 9,
  map: 10,
  set: 11,
  push: 12,
  verbatim: 13,
  nullArray: 14,
  silent: 15,
  pairs: 16,
  table: 20,
  many: 17,
  decimal: 21,
  bigNumber: 22,
} as const

const depthMax = 64

export function encodeReply(writer: ByteWriter, reply: Reply): void {
  if (reply === ok) writer.byte(tags.ok)
  else if (reply === null) writer.byte(tags.null)
  else if (typeof reply === 'string') writer.byte(tags.text).text(reply)
  else if (typeof reply === 'number') {
    if (Math.abs(reply) < 2251799813685248) writer.byte(tags.integer).signed(reply)
    else writer.byte(tags.bigint).text(String(reply))
  } else if (typeof reply === 'bigint') writer.byte(tags.bigint).text(reply.toString())
  else if ('type' in reply) encodeObject(writer, reply)
  else encodeList(writer.byte(tags.array), reply)
}

function encodeList(writer: ByteWriter, items: readonly Reply[]): void {
  writer.varint(items.length)
  for (const item of items) encodeReply(writer, item)
}

function encodeObject(writer: ByteWriter, reply: ReplyObject): void {
  switch (reply.type) {
    case 'status':
      writer.byte(tags.status).text(reply.text)
      return
    case 'error':
      writer.byte(tags.error).boolean(reply.definite).text(reply.text)
      return
    case 'double':
      writer.byte(tags.double).text(Object.is(reply.value, -0) ? '-0' : String(reply.value))
      return
    case 'decimal':
      writer.byte(tags.decimal).text(reply.text)
      return
    case 'boolean':
      writer.byte(tags.boolean).boolean(reply.value)
      return
    case 'map':
      encodeList(writer.byte(tags.map), reply.pairs)
      return
    case 'table':
      encodeList(writer.byte(tags.table), reply.items)
      return
    case 'pairs':
      encodeList(writer.byte(tags.pairs), reply.items)
      return
    case 'set':
      encodeList(writer.byte(tags.set), reply.items)
      return
    case 'push':
      encodeList(writer.byte(tags.push), reply.items)
      return
    case 'many':
      encodeList(writer.byte(tags.many), reply.items)
      return
    case 'long':
      encodeReply(writer, wholeOf(reply))
      return
    case 'verbatim':
      writer.byte(tags.verbatim).text(reply.format).text(reply.text)
      return
    case 'big-number':
      writer.byte(tags.bigNumber).text(reply.text)
      return
    case 'null-array':
      writer.byte(tags.nullArray)
      return
    case 'silent':
      writer.byte(tags.silent)
      return
  }
}

/** Answers null and leaves `reader.ok` false where the bytes are not a reply. */
export function decodeReply(reader: ByteReader, depth = 0): Reply {
  if (depth > depthMax) {
    reader.raw(Number.MAX_SAFE_INTEGER)
    return null
  }
  switch (reader.byte()) {
    case tags.ok:
      return ok
    case tags.null:
      return null
    case tags.integer:
      return reader.signed()
    case tags.text:
      return reader.text()
    case tags.bigint: {
      const digits = reader.text()
      return isInteger(digits) ? BigInt(digits) : fail(reader)
    }
    case tags.array:
      return decodeList(reader, depth)
    case tags.status:
      return status(reader.text())
    case tags.error: {
      const definite = reader.boolean()
      return { type: 'error', text: reader.text(), definite }
    }
    case tags.double:
      return { type: 'double', value: Number(reader.text()) }
    case tags.decimal:
      return { type: 'decimal', text: reader.text() }
    case tags.boolean:
      return { type: 'boolean', value: reader.boolean() }
    case tags.map:
      return { type: 'map', pairs: decodeList(reader, depth) }
    case tags.table:
      return { type: 'table', items: decodeList(reader, depth) }
    case tags.pairs:
      return { type: 'pairs', items: decodeList(reader, depth) }
    case tags.set:
      return { type: 'set', items: decodeList(reader, depth) }
    case tags.push:
      return { type: 'push', items: decodeList(reader, depth) }
    case tags.many:
      return { type: 'many', items: decodeList(reader, depth) }
    case tags.verbatim: {
      const format = reader.text()
      return { type: 'verbatim', format, text: reader.text() }
    }
    case tags.bigNumber:
      return { type: 'big-number', text: reader.text() }
    case tags.nullArray:
      return nullArray
    case tags.silent:
      return silent
    default:
      return fail(reader)
  }
}

function decodeList(reader: ByteReader, depth: number): Reply[] {
  const count = reader.varint()
  const items: Reply[] = []
  for (let i = 0; i < count && reader.ok; i++) items.push(decodeReply(reader, depth + 1))
  return items
}

function fail(reader: ByteReader): null {
  reader.raw(Number.MAX_SAFE_INTEGER)
  return null
}

function isInteger(text: string): boolean {
  const from = text[0] === '-' ? 1 : 0
  if (text.length === from || text.length > 21) return false
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return true
}
