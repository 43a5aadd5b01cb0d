// Ids of stream entries: milliseconds and sequence, 64 bits each, kept as 16 one-byte characters big
// endian so that they compare as strings.

import type { Int64 } from './integer.js'

/** One half of an id: a number where it is safe, else a bigint, below 2^64. */
export type Half = Int64

export const idMin = '\0'.repeat(16)
export const idMax = '\xff'.repeat(16)

const halfMax = 18446744073709551615n
const two32 = 0x100000000
/** Longest text that Redis looks at. */
const textMax = 127

export function makeId(ms: Half, sequence: Half): string {
  return halfText(ms) + halfText(sequence)
}

export function msOf(id: string): Half {
  return halfAt(id, 0)
}

export function sequenceOf(id: string): Half {
  return halfAt(id, 8)
}

/** As clients see it: `ms-sequence`. */
export function formatId(id: string): string {
  return `${msOf(id)}-${sequenceOf(id)}`
}

/** `ms` or `ms-sequence`; `missing` is the sequence of the short form. Null where it is neither. */
export function parseId(text: string, missing: Half): string | null {
  if (text.length > textMax) return null
  const dash = text.indexOf('-')
  const ms = parseHalf(dash < 0 ? text : text.slice(0, dash))
  if (ms === null) return null
  const sequence = dash < 0 ? missing : parseHalf(text.slice(dash + 1))
  return sequence === null ? null : makeId(ms, sequence)
}

export const sequenceMax: Half = halfMax

/** The id behind one; null behind the last. */
export function idAfter(id: string): string | null {
  if (id === idMax) return null
  const sequence = sequenceOf(id)
  if (sequence === halfMax) return makeId(increment(msOf(id)), 0)
  return makeId(msOf(id), increment(sequence))
}

/** The id before one; null before the first. */
export function idBefore(id: string): string | null {
  if (id === idMin) return null
  const sequence = sequenceOf(id)
  if (sequence === 0) return makeId(decrement(msOf(id)), halfMax)
  return makeId(msOf(id), decrement(sequence))
}

function increment(half: Half): Half {
  return typeof half === 'number' && half < Number.MAX_SAFE_INTEGER ? half + 1 : BigInt(half) + 1n
}

function decrement(half: Half): Half {
  return narrow(BigInt(half) - 1n)
}

function narrow(value: bigint): Half {
  return value <= 9007199254740991n ? Number(value) : value
}

/** An unsigned integer of 64 bits as strtoull reads it, save for a minus. */
export function parseHalf(text: string): Half | null {
  let at = 0
  while (isBlank(text.charCodeAt(at))) at++
  if (text[at] === '+') at++
  if (at === text.length) return null
  let value = 0
  for (let i = at; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return null
    value = value * 10 + digit
  }
  if (value <= Number.MAX_SAFE_INTEGER) return value
  const exact = BigInt(text.slice(at))
  return exact > halfMax ? null : narrow(exact)
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

function halfText(half: Half): string {
  if (typeof half === 'number') return wordText(Math.floor(half / two32)) + wordText(half % two32)
  return wordText(Number(half >> 32n)) + wordText(Number(half & 0xffffffffn))
}

function wordText(word: number): string {
  return String.fromCharCode(
    (word >>> 24) & 255,
    (word >>> 16) & 255,
    (word >>> 8) & 255,
    word & 255,
  )
}

function halfAt(id: string, at: number): Half {
  const high = wordAt(id, at)
  const low = wordAt(id, at + 4)
  if (high < 0x200000) return high * two32 + low
  return (BigInt(high) << 32n) | BigInt(low)
}

function wordAt(id: string, at: number): number {
  return (
    ((id.charCodeAt(at) << 24) |
      (id.charCodeAt(at + 1) << 16) |
      (id.charCodeAt(at + 2) << 8) |
      id.charCodeAt(at + 3)) >>>
    0
  )
}
