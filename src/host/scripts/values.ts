// Replies in the package's binary interface: one byte of kind, four of length or count, then the bytes.

import { Buffer } from 'node:buffer'
import { wholeOf } from '../../api/long-reply.js'
import type { Reply, ReplyObject } from '../../api/reply.js'
import { formatDouble } from '../../base/double.js'
import { never } from '../../base/assert.js'

const kinds = {
  null: 0,
  integer: 1,
  bulk: 2,
  array: 3,
  status: 4,
  error: 5,
  scriptError: 6,
  boolean: 7,
  double: 8,
  map: 9,
  set: 10,
  bigNumber: 11,
  verbatim: 12,
} as const

/** Encodes one reply at a time, into a buffer of its own that the next one reuses. */
export class ReplyWriter {
  #buffer = Buffer.allocUnsafeSlow(4096)
  #at = 0
  /** What the script set with `redis.setresp`. */
  protocol = 2

  encode(reply: Reply): Uint8Array {
    this.#at = 0
    // Lua's nil; the prelude knows the word.
    if (reply === null && this.protocol === 3) this.#text(kinds.status, '\x01nil')
    else this.#write(reply)
    const made = this.#buffer.subarray(0, this.#at)
    // A huge reply is rare: its buffer does not stay.
    if (this.#buffer.length > 1024 * 1024) this.#buffer = Buffer.allocUnsafeSlow(4096)
    return made
  }

  #write(reply: Reply): void {
    if (reply === null) this.#head(kinds.null, 0)
    else if (typeof reply === 'string') this.#text(kinds.bulk, reply)
    else if (typeof reply === 'number' || typeof reply === 'bigint') this.#integer(reply)
    else if ('type' in reply) this.#object(reply)
    else this.#list(kinds.array, reply, reply.length)
  }

  #object(reply: ReplyObject): void {
    switch (reply.type) {
      case 'status':
        this.#text(kinds.status, reply.text)
        return
      case 'error':
        this.#text(kinds.error, reply.text)
        return
      case 'double':
        if (this.protocol === 2) {
          this.#text(kinds.bulk, formatDouble(reply.value))
          return
        }
        this.#head(kinds.double, 8)
        this.#reserve(8)
        this.#at = this.#buffer.writeDoubleLE(reply.value, this.#at)
        return
      case 'decimal':
        this.#text(kinds.bulk, reply.text)
        return
      case 'boolean':
        if (this.protocol === 2) {
          this.#integer(reply.value ? 1 : 0)
          return
        }
        this.#head(kinds.boolean, 1)
        this.#reserve(1)
        this.#buffer[this.#at++] = reply.value ? 1 : 0
        return
      case 'map':
        if (this.protocol === 2) this.#list(kinds.array, reply.pairs, reply.pairs.length)
        else this.#list(kinds.map, reply.pairs, reply.pairs.length / 2)
        return
      case 'set':
        this.#list(this.protocol === 2 ? kinds.array : kinds.set, reply.items, reply.items.length)
        return
      case 'push':
      case 'many':
        this.#list(kinds.array, reply.items, reply.items.length)
        return
      case 'table':
        this.#list(kinds.array, rowsOf(reply.items), reply.items.length / 2)
        return
      case 'pairs':
        this.#pairs(reply.items)
        return
      case 'long':
        this.#write(wholeOf(reply))
        return
      case 'verbatim':
        if (this.protocol === 2) {
          this.#text(kinds.bulk, reply.text)
          return
        }
        this.#head(kinds.verbatim, reply.text.length + 7)
        this.#uint32(reply.format.length)
        this.#latin1(reply.format + reply.text)
        return
      case 'big-number':
        this.#text(this.protocol === 2 ? kinds.bulk : kinds.bigNumber, reply.text)
        return
      case 'null-array':
      case 'silent':
        this.#head(kinds.null, 0)
        return
      default:
        never(reply, 'a known reply')
    }
  }

  #pairs(items: readonly Reply[]): void {
    if (this.protocol === 2) {
      this.#list(kinds.array, items, items.length)
      return
    }
    this.#head(kinds.array, items.length / 2)
    for (let i = 0; i < items.length; i += 2) this.#list(kinds.array, items.slice(i, i + 2), 2)
  }

  #list(kind: number, items: readonly Reply[], count: number): void {
    this.#head(kind, count)
    for (let i = 0; i < items.length; i++) this.#write(items[i] as Reply)
  }

  #integer(value: number | bigint): void {
    this.#head(kinds.integer, 8)
    this.#reserve(8)
    if (typeof value === 'number' && value >= 0 && value <= 0xffff_ffff) {
      this.#at = this.#buffer.writeUInt32LE(value, this.#at)
      this.#at = this.#buffer.writeUInt32LE(0, this.#at)
    } else this.#at = this.#buffer.writeBigInt64LE(BigInt(value), this.#at)
  }

  #text(kind: number, text: string): void {
    this.#head(kind, text.length)
    this.#latin1(text)
  }

  #latin1(text: string): void {
    this.#reserve(text.length)
    this.#buffer.latin1Write(text, this.#at, text.length)
    this.#at += text.length
  }

  #head(kind: number, count: number): void {
    this.#reserve(5)
    this.#buffer[this.#at++] = kind
    this.#at = this.#buffer.writeUInt32LE(count, this.#at)
  }

  #uint32(value: number): void {
    this.#reserve(4)
    this.#at = this.#buffer.writeUInt32LE(value, this.#at)
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#at + bytes))
    this.#buffer.copy(grown, 0, 0, this.#at)
    this.#buffer = grown
  }
}

/** The reply at an address of Lua's memory. */
export function readValue(heap: Buffer, at: number, protocol: number): Reply {
  return new ValueReader(heap, at, protocol).read()
}

/** What no Lua number is: the package makes it of those beyond 64 bits, Redis the least one. */
const beyond = 0x7fffffffffffffffn
const least = -0x8000000000000000n

class ValueReader {
  readonly #heap: Buffer
  readonly #protocol: number
  #at: number

  constructor(heap: Buffer, at: number, protocol: number) {
    this.#heap = heap
    this.#protocol = protocol
    this.#at = at
  }

  read(): Reply {
    const kind = this.#heap[this.#at] as number
    const count = this.#heap.readUInt32LE(this.#at + 1)
    this.#at += 5
    switch (kind) {
      case kinds.null:
        return null
      case kinds.integer:
        return this.#integer()
      case kinds.bulk:
        return this.#text(count)
      case kinds.array:
        return this.#list(count)
      case kinds.status:
        return { type: 'status', text: this.#text(count) }
      case kinds.error:
        return { type: 'error', text: this.#text(count), definite: true }
      case kinds.scriptError:
        this.#at += 4
        return { type: 'error', text: this.#text(count - 4), definite: true }
      case kinds.boolean:
        this.#at++
        return this.#boolean(this.#heap[this.#at - 1] !== 0)
      case kinds.double:
        this.#at += 8
        return { type: 'double', value: this.#heap.readDoubleLE(this.#at - 8) }
      case kinds.map:
        return { type: 'map', pairs: this.#list(count * 2) }
      case kinds.set:
        return { type: 'set', items: this.#list(count) }
      case kinds.bigNumber:
        return { type: 'big-number', text: this.#text(count) }
      case kinds.verbatim: {
        const length = this.#heap.readUInt32LE(this.#at)
        this.#at += 4
        return {
          type: 'verbatim',
          format: this.#text(length),
          text: this.#text(count - 4 - length),
        }
      }
      default:
        throw new RangeError('Lua answers something that is no reply')
    }
  }

  #boolean(value: boolean): Reply {
    if (this.#protocol === 3) return { type: 'boolean', value }
    return value ? 1 : null
  }

  #integer(): Reply {
    const low = this.#heap.readUInt32LE(this.#at)
    const high = this.#heap.readInt32LE(this.#at + 4)
    this.#at += 8
    if (high === 0) return low
    const value = (BigInt(high) << 32n) + BigInt(low)
    if (value === beyond) return least
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }

  #text(length: number): string {
    this.#at += length
    return this.#heap.latin1Slice(this.#at - length, this.#at)
  }

  #list(count: number): Reply[] {
    const made: Reply[] = []
    for (let i = 0; i < count; i++) made.push(this.read())
    return made
  }
}

/** Arrays of two of items that alternate key and value. */
function rowsOf(items: readonly Reply[]): readonly Reply[] {
  const rows: Reply[] = []
  for (let i = 0; i < items.length; i += 2) rows.push([items[i] ?? null, items[i + 1] ?? null])
  return rows
}
