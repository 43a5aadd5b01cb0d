// Numbers in the arguments of router commands, as strict as Redis is.

import { int32Range, notInteger } from '../api/replies.js'
import type { ErrorReply } from '../api/reply.js'

/** A decimal integer without leading zeros, plus sign or spaces, and safe; else null. */
export function parseInteger(text: string): number | null {
  if (text.length === 0 || text.length > 20) return null
  const value = Number(text)
  return Number.isSafeInteger(value) && String(value) === text ? value : null
}

/** An integer of 32 bits, or the error that Redis answers to what is none. */
export function parseInt32(text: string): number | ErrorReply {
  const value = parseInteger(text)
  if (value === null) return isInt64(text) ? int32Range : notInteger
  return value < -0x80000000 || value > 0x7fffffff ? int32Range : value
}

/** Whether a text that is no safe integer is one of 64 bits. */
export function isInt64(text: string): boolean {
  const digits = text.startsWith('-') ? text.slice(1) : text
  if (digits.length < 16 || digits.length > 19 || digits[0] === '0') return false
  for (let at = 0; at < digits.length; at++) {
    const code = digits.charCodeAt(at)
    if (code < 48 || code > 57) return false
  }
  // Equal lengths: the order of texts is the order of numbers.
  return (
    digits.length < 19 ||
    digits <= (digits === text ? '9223372036854775807' : '9223372036854775808')
  )
}

const units: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1000],
  ['kb', 1024],
  ['m', 1000 * 1000],
  ['mb', 1024 * 1024],
  ['g', 1000 * 1000 * 1000],
  ['gb', 1024 * 1024 * 1024],
])

/** Bytes of `1024`, `10mb` and the like; null when it is not such a text. */
export function parseMemory(text: string): number | null {
  let digits = 0
  while (digits < text.length && text.charCodeAt(digits) >= 48 && text.charCodeAt(digits) <= 57) {
    digits++
  }
  const unit = units.get(text.slice(digits).toLowerCase())
  if (digits === 0 || digits > 15 || unit === undefined) return null
  const value = Number(text.slice(0, digits)) * unit
  return Number.isSafeInteger(value) ? value : null
}
