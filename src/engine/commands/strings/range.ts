// GETRANGE and SUBSTR.

import { notInteger, wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { parseClamped, parseInt64 } from '../../values/integer.js'

export function range(context: Context, args: readonly string[]): Reply {
  let start = parseClamped(args[2] as string)
  if (start === null) return notInteger
  let end = parseClamped(args[3] as string)
  if (end === null) return notInteger
  const value = context.lookup(args[1] as string)
  if (value === undefined) return ''
  if (typeof value !== 'string') return wrongType
  if (start < 0 && end < 0 && isBehind(args[2] as string, args[3] as string)) return ''
  if (start < 0) start = Math.max(0, start + value.length)
  if (end < 0) end = Math.max(0, end + value.length)
  if (end >= value.length) end = value.length - 1
  return start > end || value.length === 0 ? '' : value.slice(start, end + 1)
}

/** Whether one integer is greater than another, beyond 2^53 too. */
function isBehind(start: string, end: string): boolean {
  return (parseInt64(start) ?? 0) > (parseInt64(end) ?? 0)
}
