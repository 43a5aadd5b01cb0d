// The digest of what clients see of a slot: equal on members that have merged the same entries, in whatever
// order. What differs by that order (encodings, the order within hashes and sets, how often and when a
// stream's consumers were heard of) is left out, and what is past its time is not there.

import type { Hash64 } from '../../base/hash.js'
import type { Keyspace } from '../keyspace.js'
import type { StreamValue } from '../values/stream.js'
import { peek } from '../values/packing.js'
import type { Container, Value } from '../values/value.js'
import { kinds } from './cell.js'
import { elementsOf, kindOf, timeOfElement } from './contents.js'

/** What is kept of a slot: version, clock up to which it counts, and the digest. */
const width = 4
const bits = 7
const mask = (1 << bits) - 1

/** Digests of slots that did not change are not made anew: members compare them for as long as they are at rest. */
export class SlotDigests {
  readonly #keyspace: Keyspace
  /** By slot: grows with each change of what is in it. */
  readonly #versions: Float64Array
  /** By 128 slots, made on first use. */
  readonly #known: (Float64Array | undefined)[] = []

  constructor(keyspace: Keyspace, versions: Float64Array) {
    this.#keyspace = keyspace
    this.#versions = versions
  }

  of(slot: number, clock: number): Hash64 {
    const version = this.#versions[slot] as number
    const block = slot >>> bits
    let known = this.#known[block]
    if (known === undefined) {
      known = new Float64Array((mask + 1) * width).fill(-1)
      this.#known[block] = known
    }
    const at = (slot & mask) * width
    if (known[at] === version && clock < (known[at + 1] as number)) {
      return { high: known[at + 2] as number, low: known[at + 3] as number }
    }
    const digest = this.fresh(slot, clock)
    known[at] = version
    known[at + 1] = soonest
    known[at + 2] = digest.high
    known[at + 3] = digest.low
    return digest
  }

  fresh(slot: number, clock: number): Hash64 {
    return digestSlot(this.#keyspace, slot, clock)
  }
}

/** The least of the times that were met and are still to come. */
let soonest = Infinity

function isPast(until: number, clock: number): boolean {
  if (until < 0) return false
  if (until <= clock) return true
  if (until < soonest) soonest = until
  return false
}

function digestSlot(keyspace: Keyspace, slot: number, clock: number): Hash64 {
  soonest = Infinity
  const sum = new Lanes()
  const lanes = new Lanes()
  for (const { place, tables } of keyspace.used) {
    const table = tables.at(slot)
    if (table === undefined) continue
    const db = keyspace.places.nameOf(place)
    for (const segment of table.segments) {
      for (const [key, value] of segment.map) {
        const until = segment.expires?.get(key)?.at ?? -1
        if (isPast(until, clock)) continue
        const content = digestValue(peek(value), clock)
        if (content === null) continue
        lanes.begin().number(db).text(key).number(until).hash(content)
        sum.add(lanes.end())
      }
    }
  }
  return sum.value
}

/** Null where all of it is past its time. */
function digestValue(value: Value, clock: number): Hash64 | null {
  if (typeof value === 'string') return new Lanes().begin().number(kinds.string).text(value).end()
  return value.type === 'stream' ? digestStream(value) : digestElements(value, clock)
}

function digestElements(value: Container, clock: number): Hash64 | null {
  const kind = kindOf(value)
  const isOrdered = kind === kinds.list
  const sum = new Lanes()
  const lanes = new Lanes().begin()
  let count = 0
  for (const [name, payload] of elementsOf(value)) {
    const until = timeOfElement(value, name)
    if (isPast(until, clock)) continue
    count++
    if (isOrdered) {
      lanes.text(payload as string)
      continue
    }
    lanes.begin().text(name).number(until)
    // A listpack knows no negative zero, and when a sorted set is one hangs on its past.
    if (typeof payload === 'number') lanes.number(payload === 0 ? 0 : payload)
    else lanes.text(payload as string)
    sum.add(lanes.end())
  }
  if (count === 0) return null
  const content = isOrdered ? lanes.end() : sum.value
  return new Lanes().begin().number(kind).number(count).hash(content).end()
}

function digestStream(stream: StreamValue): Hash64 {
  const lanes = new Lanes().begin().number(kinds.stream).text(stream.lastId)
  for (const { ids, entries } of stream.body.parts) {
    ids.forEach((id, i) => {
      const entry = entries[i] ?? []
      lanes.text(id).number(entry.length)
      for (const text of entry) lanes.text(text)
    })
  }
  for (const group of stream.sortedGroups()) {
    lanes.text(group.name).text(group.lastId)
    for (const id of group.order.ids)
      lanes.text(id).text(group.pending.get(id)?.consumer.name ?? '')
  }
  return lanes.end()
}

const double = new DataView(new ArrayBuffer(8))

/** A hash of two lanes that is fed with texts and numbers: without bytes in between, as it sees all data. */
class Lanes {
  #a = 0
  #b = 0

  get value(): Hash64 {
    return { high: this.#a >>> 0, low: this.#b >>> 0 }
  }

  begin(): this {
    this.#a = 0x9e3779b9 | 0
    this.#b = 0x7f4a7c15
    return this
  }

  /** Its length first, so that what follows is no part of it. */
  text(text: string): this {
    let a = this.#a ^ text.length
    let b = this.#b
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      a = Math.imul(a ^ code, 0xcc9e2d51)
      b = (Math.imul(((b << 13) | (b >>> 19)) + code, 0x1b873593) ^ a) | 0
    }
    this.#a = a
    this.#b = b
    return this.#word(text.length)
  }

  number(value: number): this {
    double.setFloat64(0, value)
    return this.#word(double.getUint32(0)).#word(double.getUint32(4))
  }

  hash(hash: Hash64): this {
    return this.#word(hash.high).#word(hash.low)
  }

  end(): Hash64 {
    return { high: mix(this.#a + this.#b), low: mix(this.#b ^ (this.#a << 1)) }
  }

  /** Adds a hash to a sum: in any order to the same. */
  add({ high, low }: Hash64): void {
    this.#a = (this.#a + high) | 0
    this.#b = (this.#b + low) | 0
  }

  #word(word: number): this {
    this.#a = Math.imul((this.#a ^ word) + (this.#b >>> 15), 0xcc9e2d51)
    this.#b = (Math.imul(((this.#b << 13) | (this.#b >>> 19)) + word, 0x1b873593) ^ this.#a) | 0
    return this
  }
}

function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
