// Typed replies to RESP 2 and 3, as one-byte text. Replies nest to any depth, so lists are walked with
// a chain of frames instead of recursion. Nothing a reply holds can break the frame of the protocol.

import { assert } from '../base/assert.js'
import type { ReplyText } from '../api/door.js'
import { limits } from '../api/limits.js'
import { ok, type Reply, type ReplyObject } from '../api/reply.js'
import { formatDouble } from '../base/double.js'

/** Short integers and bulk string heads that need not be made each time. */
const cachedMax = 1024
const integers: readonly string[] = table(':')
const heads: readonly string[] = table('$')

function table(mark: string): string[] {
  const made: string[] = []
  for (let n = 0; n < cachedMax; n++) made.push(`${mark}${n}\r\n`)
  return made
}

/** Where in the nested lists of a reply the next text comes from; null at the end. */
interface Cursor {
  frame: Frame | null
}

/** A list of so few items is looked through for one that is long. */
const fewItems = 64

/** A list whose items are being written. */
interface Frame {
  readonly items: readonly Reply[]
  /** Each two of them are an array of their own. */
  readonly isPaired: boolean
  /** They are runs of one list. */
  readonly isRuns: boolean
  next: number
  readonly outer: Frame | null
}

/**
 * One-byte text of a reply for protocol version 2 or 3. A list whose text passes the hard bound of the
 * output is cut off behind it: no connection may have so much unsent, and no string can be endless.
 */
export function encodeReply(reply: Reply, protocol: number): string {
  if (typeof reply === 'string') return bulk(reply)
  if (reply === ok) return '+OK\r\n'
  const items = itemsOf(reply)
  if (items === null) return encodeSingle(reply, protocol)
  const cursor: Cursor = { frame: frameOf(reply, items, { protocol, outer: null }) }
  const head = listHead(reply, countOf(reply, items), protocol)
  return head + encodeItems(cursor, { protocol, chars: limits.outputHardBytes })
}

/** The text of a list too long to be encoded at once, piece by piece; null for any other reply. */
export function streamReply(reply: Reply, protocol: number): ReplyText | null {
  const list = itemsOf(reply)
  if (list === null || !(isRuns(reply) || isLong(list))) return null
  return new ListText(reply, list, protocol)
}

/** Many items, or a few of which one has many (EXEC). */
function isLong(list: readonly Reply[]): boolean {
  if (list.length > limits.replyItemsWhole) return true
  if (list.length > fewItems) return false
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as Reply
    const inner = itemsOf(item)
    if (inner !== null && countOf(item, inner) > limits.replyItemsWhole) return true
  }
  return false
}

class ListText implements ReplyText {
  readonly #protocol: number
  readonly #cursor: Cursor
  #head: string

  constructor(reply: Reply, list: readonly Reply[], protocol: number) {
    this.#protocol = protocol
    this.#head = listHead(reply, countOf(reply, list), protocol)
    this.#cursor = { frame: frameOf(reply, list, { protocol, outer: null }) }
  }

  get isOver(): boolean {
    return this.#cursor.frame === null
  }

  next(chars: number): string {
    const head = this.#head
    this.#head = ''
    return head + encodeItems(this.#cursor, { protocol: this.#protocol, chars })
  }
}

/** What comes next of `cursor`, until there are more than `chars` or nothing is left. */
function encodeItems(
  cursor: Cursor,
  { protocol, chars }: { readonly protocol: number; readonly chars: number },
): string {
  let out = ''
  let frame = cursor.frame
  while (frame !== null) {
    const items: readonly Reply[] = frame.items
    let next: number = frame.next
    const { isPaired } = frame
    let inner: Frame | null = null
    if (frame.isRuns && next < items.length) {
      const run = items[next++] as readonly Reply[]
      inner = { items: run, isPaired, isRuns: false, next: 0, outer: frame }
    }
    while (next < items.length && inner === null) {
      if (isPaired && (next & 1) === 0) out += '*2\r\n'
      const item = items[next++] as Reply
      if (typeof item === 'string') out += bulk(item)
      else {
        const found = itemsOf(item)
        if (found === null) out += encodeSingle(item, protocol)
        else {
          out += listHead(item, countOf(item, found), protocol)
          inner = frameOf(item, found, { protocol, outer: frame })
        }
      }
      if (out.length > chars && inner === null) {
        frame.next = next
        cursor.frame = frame
        return out
      }
    }
    frame.next = next
    frame = inner ?? frame.outer
  }
  cursor.frame = null
  return out
}

function frameOf(
  reply: Reply,
  items: readonly Reply[],
  at: { readonly protocol: number; readonly outer: Frame | null },
): Frame {
  const isPaired = kindOf(reply) === (at.protocol > 2 ? 'pairs' : 'table')
  return { items, isPaired, isRuns: isRuns(reply), next: 0, outer: at.outer }
}

/** What sort of list a reply is; empty for an array. */
function kindOf(reply: Reply): ReplyObject['type'] | 'array' {
  if (typeof reply !== 'object' || reply === null || !('type' in reply)) return 'array'
  return reply.type === 'long' ? reply.as : reply.type
}

function isRuns(reply: Reply): boolean {
  return typeof reply === 'object' && reply !== null && 'type' in reply && reply.type === 'long'
}

/** Of the list that has these items, or runs of them. */
function countOf(reply: Reply, items: readonly Reply[]): number {
  if (typeof reply !== 'object' || reply === null || !('type' in reply)) return items.length
  return reply.type === 'long' ? reply.count : items.length
}

/** What a reply is a list of, or null. */
function itemsOf(reply: Reply): readonly Reply[] | null {
  if (typeof reply !== 'object' || reply === null) return null
  if (!('type' in reply)) return reply
  if (reply.type === 'map') return reply.pairs
  if (reply.type === 'long') return reply.runs
  if (reply.type === 'set' || reply.type === 'push' || reply.type === 'pairs') return reply.items
  return reply.type === 'many' || reply.type === 'table' ? reply.items : null
}

function listHead(reply: Reply, count: number, protocol: number): string {
  const kind = kindOf(reply)
  if (kind === 'array') return `*${count}\r\n`
  if (kind === 'many') return ''
  if (protocol < 3) return `*${kind === 'table' ? count >> 1 : count}\r\n`
  if (kind === 'map' || kind === 'table') return `%${count >> 1}\r\n`
  if (kind === 'pairs') return `*${count >> 1}\r\n`
  return kind === 'set' ? `~${count}\r\n` : `>${count}\r\n`
}

function encodeSingle(reply: Reply, protocol: number): string {
  if (typeof reply === 'number') return integer(reply)
  if (reply === null) return protocol < 3 ? '$-1\r\n' : '_\r\n'
  if (typeof reply === 'string') return bulk(reply)
  if (typeof reply === 'bigint') return `:${reply}\r\n`
  return 'type' in reply ? encodeObject(reply, protocol) : ''
}

function encodeObject(reply: ReplyObject, protocol: number): string {
  switch (reply.type) {
    case 'status':
      return `+${oneLine(reply.text)}\r\n`
    case 'error':
      return `-${oneLine(reply.text)}\r\n`
    case 'double': {
      const digits = formatDouble(reply.value)
      return protocol < 3 ? bulk(digits) : `,${digits}\r\n`
    }
    case 'decimal':
      return protocol < 3 ? bulk(reply.text) : `,${oneLine(reply.text)}\r\n`
    case 'boolean':
      if (protocol < 3) return reply.value ? ':1\r\n' : ':0\r\n'
      return reply.value ? '#t\r\n' : '#f\r\n'
    case 'verbatim': {
      if (protocol < 3) return bulk(reply.text)
      const format = oneLine(reply.format).padEnd(3).slice(0, 3)
      return `=${reply.text.length + 4}\r\n${format}:${reply.text}\r\n`
    }
    case 'big-number':
      return protocol < 3 ? bulk(reply.text) : `(${oneLine(reply.text)}\r\n`
    case 'null-array':
      return protocol < 3 ? '*-1\r\n' : '_\r\n'
    default:
      // Lists never come here; silence has no bytes.
      return ''
  }
}

function bulk(text: string): string {
  const length = text.length
  const head = length < cachedMax ? (heads[length] as string) : `$${length}\r\n`
  return `${head}${text}\r\n`
}

function integer(value: number): string {
  if (value >= 0 && value < cachedMax && value % 1 === 0) return integers[value] as string
  assert(Number.isSafeInteger(value), 'an integer reply is safe, larger ones are bigint')
  return `:${value}\r\n`
}

/** A line of the protocol must not hold its own end. */
function oneLine(text: string): string {
  if (text.indexOf('\r') < 0 && text.indexOf('\n') < 0) return text
  return text.replaceAll('\r', ' ').replaceAll('\n', ' ')
}
