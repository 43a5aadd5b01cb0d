// Parts of lists: elements in order.

import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import { states } from '../segment.js'
import { type Body, type Part, type PartKind, startBetween } from './part.js'
import { textBytes } from './text.js'

export class ListPart implements Part {
  start: number
  bytes: number
  state: number = states.clean
  body: Body | null = null
  items: string[]
  /** Names of the items that order them, where entries are merged; see `merge/places`. */
  places: string[] | null = null

  /** `bytes` where they are known: a look at each item costs more than to copy them all. */
  constructor(start: number, items: string[] = [], bytes = bytesOf(items)) {
    this.start = start
    this.items = items
    this.bytes = bytes
  }

  /** With these places. */
  at(places: string[] | null): this {
    this.places = places
    return this
  }

  get size(): number {
    return this.items.length
  }
}

/** Bytes of an element by the memory model. */
export function itemBytes(item: string): number {
  return 13 + textBytes(item)
}

export const itemKind: PartKind<ListPart> = {
  make: (start) => new ListPart(start),
  copy: (part) =>
    new ListPart(part.start, part.items.slice(), part.bytes).at(part.places?.slice() ?? null),
  split(part, end) {
    const next = startBetween(part.start, end)
    if (next <= part.start || part.items.length < 2) return null
    const middle = part.items.length >> 1
    const { items, places } = part
    return [
      new ListPart(part.start, items.slice(0, middle)).at(places?.slice(0, middle) ?? null),
      new ListPart(next, items.slice(middle)).at(places?.slice(middle) ?? null),
    ]
  },
  merge(left, right) {
    const places = left.places === null ? null : left.places.concat(right.places ?? [])
    return new ListPart(left.start, left.items.concat(right.items)).at(places)
  },
  encode(writer: ByteWriter, part) {
    const { items, places } = part
    writer.varint(places === null ? items.length : items.length + placed)
    for (const item of items) writer.text(item)
    for (const place of places ?? []) writer.text(place)
  },
  decode(reader: ByteReader, start) {
    const given = reader.varint()
    const hasPlaces = given >= placed
    const count = hasPlaces ? given - placed : given
    const items: string[] = []
    for (let i = 0; i < count && reader.ok; i++) items.push(reader.text())
    const places: string[] = []
    for (let i = 0; hasPlaces && i < count && reader.ok; i++) places.push(reader.text())
    return reader.ok ? new ListPart(start, items).at(hasPlaces ? places : null) : null
  },
}

/** Added to the number of items whose places follow them; more items no part has. */
export const placed = 0x40000000

function bytesOf(items: readonly string[]): number {
  let bytes = 0
  for (const item of items) bytes += itemBytes(item)
  return bytes
}
