// Why a parser gives up, in Redis' words. Each fault is one shared object; only the text that quotes
// the offending byte is made when it is needed.

import type { DoorLimits, ParseFault } from '../api/door.js'
import { limits as bounds } from '../api/limits.js'
import { protocolError } from '../api/replies.js'

/** A multibulk count that Redis itself takes for invalid, authenticated or not. */
const countCeiling = 0x7fffffff

function fault(text: string): ParseFault {
  return { reply: protocolError(text), why: text }
}

const invalidCount = fault('invalid multibulk length')
const unauthenticatedCount = fault('unauthenticated multibulk length')
const invalidLength = fault('invalid bulk length')
const unauthenticatedLength = fault('unauthenticated bulk length')
export const longCountLine = fault('too big mbulk count string')
export const longLengthLine = fault('too big bulk count string')
export const longInline = fault('too big inline request')
export const unbalancedQuotes = fault('unbalanced quotes in request')
/** Redis skips these two bytes unseen. A proxy that did so could be made to disagree with its engine. */
export const invalidTerminator = fault('invalid bulk terminator')
/** Redis closes without a word, too. */
export const queryTooLong: ParseFault = { reply: null, why: 'query buffer limit' }
/** An HTTP request, sent to us by somebody's browser or proxy: nothing is answered. */
export const crossProtocol: ParseFault = { reply: null, why: 'cross-protocol' }

/** `byte` is what stood where a bulk string begins. */
export function expectedBulk(byte: number): ParseFault {
  const shown = byte === 13 || byte === 10 ? ' ' : String.fromCharCode(byte)
  return fault(`expected '$', got '${shown}'`)
}

/** What is wrong with a multibulk count, NaN where it is no integer; negative counts are empty commands. */
export function countFault(count: number, limits: DoorLimits): ParseFault | null {
  if (Number.isNaN(count) || count > countCeiling) return invalidCount
  if (count <= limits.argumentsMax) return null
  return limits.unauthenticated ? unauthenticatedCount : invalidCount
}

/** What is wrong with the length of a bulk string, NaN where it is no integer. */
export function lengthFault(length: number, limits: DoorLimits): ParseFault | null {
  if (!(length >= 0 && length <= bounds.bulkBytesCeiling)) return invalidLength
  if (length <= limits.bulkBytesMax) return null
  return limits.unauthenticated ? unauthenticatedLength : invalidLength
}
