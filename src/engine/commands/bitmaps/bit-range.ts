// The range of BITCOUNT and BITPOS: from `start` to `end`, both included, negative from the end, in
// bytes or bits. It ends up as whole bytes with masks for the bits outside it at both ends.

import { notInteger, syntaxError } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import { parseClamped } from '../../values/integer.js'

export interface BitRange {
  /** First and last byte; empty where the first is greater. */
  readonly first: number
  readonly last: number
  /** Bits of the first and of the last byte that lie outside. */
  readonly headMask: number
  readonly tailMask: number
}

export interface RangeArguments {
  readonly start: number
  /** Null where none was given. */
  readonly end: number | null
  readonly isBits: boolean
}

/** Reads `BYTE` or `BIT`. */
export function parseUnit(text: string | undefined): boolean | ErrorReply {
  const word = text?.toUpperCase()
  return word === undefined || word === 'BYTE' ? false : word === 'BIT' ? true : syntaxError
}

/** Reads two integers in Redis' order of checks; the unit is read by the caller. */
export function parseIndex(text: string): number | ErrorReply {
  return parseClamped(text) ?? notInteger
}

/** The range within a string of `length` bytes. */
export function resolveRange(given: RangeArguments, length: number): BitRange {
  const total = given.isBits ? length * 8 : length
  let start = given.start
  let end = given.end ?? total - 1
  if (start < 0) start = Math.max(0, start + total)
  if (end < 0) end = Math.max(0, end + total)
  if (end >= total) end = total - 1
  if (!given.isBits || start > end) return { first: start, last: end, headMask: 0, tailMask: 0 }
  return {
    first: Math.floor(start / 8),
    last: Math.floor(end / 8),
    headMask: 0xff ^ (0xff >> (start % 8)),
    tailMask: (1 << (7 - (end % 8))) - 1,
  }
}
