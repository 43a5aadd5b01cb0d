// What the bitmap commands share in reading their arguments, in Redis' words.

import { bitNotInteger, bitOffsetRange } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { parseInt64 } from '../../values/integer.js'

/** A bit offset; `#n` stands for n fields of `bits` bits where `bits` is not 0. */
export function parseBitOffset(context: Context, text: string, bits = 0): number | ErrorReply {
  const isHash = bits > 0 && text.charCodeAt(0) === 35
  const given = parseInt64(isHash ? text.slice(1) : text)
  if (typeof given !== 'number') return bitOffsetRange
  const offset = isHash ? given * bits : given
  if (offset < 0 || offset / 8 >= context.options.bulkBytesMax) return bitOffsetRange
  return offset
}

export function parseBit(text: string): 0 | 1 | ErrorReply {
  return text === '0' ? 0 : text === '1' ? 1 : bitNotInteger
}
