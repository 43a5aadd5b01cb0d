// The operations of an entry as bytes: a code, the key where it is another than that of the operation before,
// then arguments. Codes are a format.

import { type Payload as Operations, payloadOf } from '../../api/entry.js'
import { ByteWriter } from '../../base/bytes.js'
import { ropeToBytes, varintText } from '../../base/rope.js'
import type { Amount, Kind, Payload } from './cell.js'
import { kinds } from './cell.js'

export const codes = {
  /** All that was seen of the key is gone. */
  clear: 0,
  /** The key holds a text and has no time. */
  put: 1,
  /** The key holds a text. */
  replace: 2,
  /** An integer, or a floating point number as text, is added. */
  add: 3,
  addText: 4,
  /** The key was not there, and holds something of a kind from here on. */
  make: 5,
  expire: 6,
  persist: 7,
  /** All that was seen of a database is gone. */
  clearAll: 8,
  /** The key holds a container and has no time. */
  putWhole: 9,
  /** The key had a time when what follows was done to it. */
  meetTime: 10,
  /** An element is written, its time dropped. */
  write: 11,
  /** The same, its time left alone. */
  rewrite: 12,
  /** An element is gone. */
  erase: 13,
  addElement: 14,
  addElementText: 15,
  expireElement: 16,
  persistElement: 17,
  pushLeft: 18,
  pushRight: 19,
  /** A list's element next behind another one. */
  insert: 20,
  /** A score is added to, as a double. */
  addScore: 21,
  /** A list's element behind all that hangs on a place. */
  insertLast: 22,
} as const

/** The key is that of the operation before. */
export const sameKey = 0x80

const exactMax = 0x8000000000000

/** Texts put under keys of one database: keys and texts in turns. Bytes only once somebody asks, for a lone member nobody does. */
class Puts implements Operations {
  readonly size: number
  readonly #db: number
  readonly #pairs: readonly string[]

  constructor(db: number, pairs: readonly string[], size: number) {
    this.#db = db
    this.#pairs = pairs
    this.size = size
  }

  bytes(): Uint8Array {
    const pairs = this.#pairs
    const put = String.fromCharCode(codes.put) + varintText(this.#db)
    const again = String.fromCharCode(codes.put | sameKey)
    let rope = ''
    let before: string | null = null
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i] as string
      const text = pairs[i + 1] as string
      rope += key === before ? again : put + varintText(key.length) + key
      rope += varintText(text.length) + text
      before = key
    }
    return ropeToBytes(rope)
  }
}

/** In place of a database: nothing was written yet, or what was has no key. */
const noKey = -1
const allKeys = -2

/** Bytes of a put beside its key and its text, at most. */
const putBytes = 16

export class OperationWriter {
  readonly #writer = new ByteWriter(4096)
  #db = noKey
  #key = ''
  /** What the entry begins with, as long as that is all: not written yet. */
  #puts: string[] = []
  #putsCount = 0
  #putsDb = 0
  #putsSize = 0

  /** Whether the next operation on this key needs not name it. */
  isAt(db: number, key: string): boolean {
    return db === this.#db && key === this.#key
  }

  /** Most entries are nothing else. */
  put(db: number, key: string, text: string): void {
    const puts = this.#puts
    const isFirst = this.#db === noKey
    if (!isFirst && (this.#putsCount === 0 || db !== this.#putsDb)) {
      this.begin(codes.put, db, key).text(text)
      return
    }
    if (isFirst) {
      this.#db = db
      this.#putsDb = db
    }
    this.#key = key
    const at = this.#putsCount
    puts[at] = key
    puts[at + 1] = text
    this.#putsCount = at + 2
    this.#putsSize += key.length + text.length + putBytes
  }

  begin(code: number, db: number, key: string): ByteWriter {
    const writer = this.#writer
    if (this.#putsCount > 0) writer.raw(this.#takePuts().bytes())
    if (db === this.#db && key === this.#key) return writer.byte(code | sameKey)
    this.#db = db
    this.#key = key
    return writer.byte(code).varint(db).text(key)
  }

  /** One without a key. */
  beginAll(code: number, db: number): void {
    if (this.#putsCount > 0) this.#writer.raw(this.#takePuts().bytes())
    this.#writer.byte(code).varint(db).text('')
    this.#db = allKeys
  }

  /** Adds an amount: `whole` where it is an integer of moderate size, else `text`. */
  amount(
    at: { readonly db: number; readonly key: string },
    amount: Amount,
    element: string | null,
  ): void {
    const isPlain = typeof amount === 'number' && Math.abs(amount) < exactMax
    const whole = element === null ? codes.add : codes.addElement
    const text = element === null ? codes.addText : codes.addElementText
    const writer = this.begin(isPlain ? whole : text, at.db, at.key)
    if (element !== null) writer.text(element)
    if (isPlain) writer.signed(amount)
    // A bigint is told from the text of a floating point number by what it is made of.
    else writer.boolean(typeof amount !== 'string').text(amount.toString())
  }

  finish(): Operations {
    this.#db = noKey
    return this.#putsCount > 0 ? this.#takePuts() : payloadOf(this.#writer.finish())
  }

  #takePuts(): Puts {
    const count = this.#putsCount
    this.#puts.length = count
    const puts = new Puts(this.#putsDb, this.#puts, this.#putsSize)
    // Room for as many as came: an array that grows leaves three times its size behind for the collector.
    this.#puts = new Array<string>(count)
    this.#putsCount = 0
    this.#putsSize = 0
    return puts
  }
}

export function encodePayload(writer: ByteWriter, kind: Kind, payload: Payload): void {
  if (kind === kinds.zset) writer.double(payload as number)
  else if (kind === kinds.stream) encodeStreamPayload(writer, payload)
  else if (kind !== kinds.set) writer.text(payload as string)
}

function encodeStreamPayload(writer: ByteWriter, payload: Payload): void {
  const isEntry = Array.isArray(payload)
  const items = isEntry ? payload : (payload as { fields: readonly (string | number)[] }).fields
  writer.boolean(isEntry).varint(items.length)
  for (const item of items as readonly (string | number)[]) {
    if (isEntry) writer.text(item as string)
    else if (typeof item === 'string') writer.byte(0).text(item)
    else writer.byte(1).double(item)
  }
}
