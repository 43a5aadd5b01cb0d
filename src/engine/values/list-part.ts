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
  places: string[] | null

  /** `bytes` where they are known: a look at each item costs more than to copy them all. */
  constructor(
    start: number,
    items: string[] = [],
    places: string[] | null = null,
    bytes = bytesOfItems(items) + bytesOfItems(places),
  ) {
    this.start = start
    this.items = items
    this.places = places
    this.bytes = bytes
  }

  get size(): number {
    return this.items.length
  }
}

/** Bytes of an element, or of its place, by the memory model. */
export function itemBytes(item: string): number {
  return 13 + textBytes(item)
}

export const itemKind: PartKind<ListPart> = {
  make: (start) => new ListPart(start),
  copy: (part) =>
    new ListPart(part.start, part.items.slice(), part.places?.slice() ?? null, part.bytes),
  split(part, end) {
    const next = startBetween(part.start, end)
    if (next <= part.start || part.items.length < 2) return null
    const middle = part.items.length >> 1
    const { items, places } = part
    return [
      new ListPart(part.start, items.slice(0, middle), places?.slice(0, middle) ?? null),
      new ListPart(next, items.slice(middle), places?.slice(middle) ?? null),
    ]
  },
  merge(left, right) {
    const places = left.places === null ? null : left.places.concat(right.places ?? [])
    return new ListPart(left.start, left.items.concat(right.items), places)
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
    return reader.ok ? new ListPart(start, items, hasPlaces ? places : null) : null
  },
}

/** Added to the number of items whose places follow them; more items no part has. */
export const placed = 0x40000000

/** Bytes of many of them. */
export function bytesOfItems(items: readonly string[] | null): number {
  let bytes = 0
  if (items !== null) for (const item of items) bytes += itemBytes(item)
  return bytes
}
