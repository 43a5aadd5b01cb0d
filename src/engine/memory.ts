// The memory model: what a key, its value and its time to live are held to cost, in bytes. It follows
// V8 on 64 bits without pointer compression closely (a string is a 16-byte head and its characters
// padded to 8; a Map entry three words and its share of the buckets), but it is a model, not a
// measurement: every replica must come to the same sum, whatever its runtime.

import type { Segment } from './segment.js'
import { textBytes } from './values/text.js'
import { Packed, type Stored, storedBytes } from './values/packed.js'
import { valueBytes, wholeBytes } from './values/value.js'

/** A Map entry with its share of the table's free room. */
const entryBytes = 40
/** Of a slot that has keys: its table, a segment and the least Map. */
export const slotBytes = 320
/** Entry of the side table, the item and its place in the expiry heap. */
export const expiryBytes = 112
/** Of a hash whose fields have times: its place in a heap, and that it is never packed. */
export const timedBytes = expiryBytes + 600
/** Of a key whose uses are noted. */
export const useBytes = 48

/** Of the stamp of a key that was written whole and is not stable. */
export const stampBytes = 12

/** Bytes of all databases. */
export function bytesOf(
  databases: readonly { readonly bytes: number; readonly stampedKeys: number }[],
): number {
  let sum = 0
  for (const { bytes, stampedKeys } of databases) sum += bytes + stampedKeys * stampBytes
  return sum
}

/** Bytes of a key with its value, without its time to live. */
export function keyBytes(key: string, value: Stored): number {
  return entryBytes + textBytes(key) + storedBytes(value)
}

/** Bytes that go when a key goes: with its time to live, those of its fields, and what stands in rows of its own. */
export function bytesWith(segment: Segment, key: string, stored: Stored): number {
  const { expires } = segment
  const times = expires?.has(key) === true ? expiryBytes : 0
  const stamp = segment.stampOf(key) > 0 ? stampBytes : 0
  const bytes = keyBytes(key, stored) + times + stamp
  if (typeof stored === 'string' || stored instanceof Packed) return bytes
  const isTimed = stored.type === 'hash' && stored.timer !== null
  return bytes - valueBytes(stored) + wholeBytes(stored) + (isTimed ? timedBytes : 0)
}
