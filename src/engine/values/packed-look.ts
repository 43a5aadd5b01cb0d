// Looks into a packed container where it stands: a few are read of many, and to unpack one costs as much as twenty
// looks. What comes out may be a view that keeps the whole text: it is for replies, those of entries get a copy
// (`Context.ownText`), and is never stored.

import { placed } from './list-part.js'
import { headLength, type Packed } from './packed.js'
import { packedMore } from './value.js'

/** Behind the kind, the encoding and the id of the body, which is 0. */
const entriesAt = headLength + 3

/** Where the next look goes on. */
let at = 0

function varint(text: string): number {
  let value = text.charCodeAt(at++)
  if (value < 128) return value
  value -= 128
  for (let scale = 128; ; scale *= 128) {
    const next = text.charCodeAt(at++)
    if (next < 128) return value + next * scale
    value += (next - 128) * scale
  }
}

function standsAt(text: string, start: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    if (text.charCodeAt(start + i) !== word.charCodeAt(i)) return false
  }
  return true
}

/** The number of its entries. */
export function packedSize({ text }: Packed): number {
  at = entriesAt
  const count = varint(text)
  return count >= placed ? count - placed : count
}

/** Bytes of its entries by the memory model: what a container's body counts. */
export function packedEntryBytes(packed: Packed): number {
  const size = packedSize(packed)
  at = entriesAt
  return packed.bytes - packedMore(packed.type, size, varint(packed.text) !== size)
}

/** The value of a field of a packed hash. */
export function packedField({ text }: Packed, field: string): string | undefined {
  at = entriesAt
  for (let left = varint(text); left > 0; left--) {
    const length = varint(text)
    const start = at
    at += length
    const valueLength = varint(text)
    if (length === field.length && standsAt(text, start, field)) {
      return text.slice(at, at + valueLength)
    }
    at += valueLength
  }
  return undefined
}

/** Fields and values of a packed hash in turn, or the members of a packed set. */
export function packedTexts({ text, type }: Packed): string[] {
  at = entriesAt
  const count = varint(text) * (type === 'hash' ? 2 : 1)
  const texts: string[] = []
  for (let i = 0; i < count; i++) {
    const length = varint(text)
    texts.push(text.slice(at, at + length))
    at += length
  }
  return texts
}

/**
 * Where texts stand, start and length in turn: fields and values of a packed hash, members of a set or of a sorted set
 * (behind each its score, in eight bytes), items of a list.
 */
export function packedSpans({ text, type }: Packed): readonly number[] {
  at = entriesAt
  const given = varint(text)
  const entries = given >= placed ? given - placed : given
  const count = type === 'hash' ? entries * 2 : entries
  const skipped = type === 'zset' ? 8 : 0
  const spans: number[] = []
  for (let i = 0; i < count; i++) {
    const length = varint(text)
    spans.push(at, length)
    at += length + skipped
  }
  return spans
}

/** Whether a packed set has a member. */
export function packedHas({ text }: Packed, member: string): boolean {
  at = entriesAt
  for (let left = varint(text); left > 0; left--) {
    const length = varint(text)
    if (length === member.length && standsAt(text, at, member)) return true
    at += length
  }
  return false
}
