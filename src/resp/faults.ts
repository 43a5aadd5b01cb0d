// Why a parser gives up, in Redis' words. Each fault is one shared object; only the text that quotes
// the offending byte is made when it is needed.

import type { ParseFault } from '../api/door.js'
import { protocolError } from '../api/replies.js'

function fault(text: string): ParseFault {
  return { reply: protocolError(text), why: text }
}

export const invalidCount = fault('invalid multibulk length')
export const unauthenticatedCount = fault('unauthenticated multibulk length')
export const invalidLength = fault('invalid bulk length')
export const unauthenticatedLength = fault('unauthenticated bulk length')
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
