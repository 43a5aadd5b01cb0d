// What a key holds. A string is the bare one-byte string, so that it costs no object of its own; every
// other type is a container: a body of parts and a small header.

import type { HashValue } from './hash.js'
import type { ListValue } from './list.js'
import type { Body } from './part.js'
import type { SetValue } from './set.js'
import type { StreamValue } from './stream.js'
import { textBytes } from './text.js'
import type { ZsetValue } from './zset.js'

/** What all containers have in common. Only `changes` may change one that a key holds. */
export interface ContainerLike {
  readonly body: Body
  /** The same header over another body. */
  withBody(body: Body): ContainerLike
}

export type Container = HashValue | ListValue | SetValue | StreamValue | ZsetValue

export type Value = string | Container

/** The type's name as TYPE and SCAN print it. */
export function typeName(value: Value): string {
  return typeof value === 'string' ? 'string' : value.type
}

/** Memory model: a container without its entries, but with the room that the first few take. */
const containerBytes = { hash: 500, list: 460, set: 490, stream: 920, zset: 900 } as const

/** Bytes of entries up to which a container stands packed while nobody asks for it: what it costs to touch one. */
export const packedBytesMax = 4096
/** A packed container without its entries: an object, a string and its header. */
const packedHeadBytes = 56
/** What an entry takes less packed than by itself. Of a list's no more than an empty one takes: there may be many. */
const packedLess = { hash: 74, list: 29, set: 57, stream: 0, zset: 72 } as const

/** Whether a container is small enough to be packed. */
export function isSmall({ type, body }: Container): boolean {
  return body.id === 0 && body.bytes <= packedBytesMax && type !== 'stream'
}

/** What the entries of a container count more, or less, where they are so few that it may stand packed. */
export function packedMore(type: Container['type'], entries: number, hasPlaces: boolean): number {
  // The place of an item is a text like the item.
  return packedHeadBytes - packedLess[type] * (hasPlaces ? 2 * entries : entries)
}

function hasPlaces(value: Container): boolean {
  return value.type === 'list' && value.body.parts[0]?.places !== null
}

/**
 * Bytes of a value in its key's segment by the memory model: of a small container as if it stood packed, as all but
 * a few do, whether it does or not.
 */
export function valueBytes(value: Value): number {
  if (typeof value === 'string') return textBytes(value)
  if (isSmall(value))
    return value.body.bytes + packedMore(value.type, value.body.size, hasPlaces(value))
  const header = containerBytes[value.type] + (value.type === 'stream' ? value.headerBytes : 0)
  return header + (value.body.id === 0 ? value.body.bytes : 0)
}

/** Bytes of a value wherever they stand. */
export function wholeBytes(value: Value): number {
  const inRow = valueBytes(value)
  return typeof value === 'string' || value.body.id === 0 ? inRow : inRow + value.body.bytes
}

/** A value of its own with equal content, for another key. O(entries). */
export function copyValue(value: Value): Value {
  return typeof value === 'string' ? value : value.withBody(value.body.copy())
}

/** A container as its key's row has it, to be kept while the container changes. */
export function imageOf(value: Container): Container {
  return value.withBody(value.body.image())
}
