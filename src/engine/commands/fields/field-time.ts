// When a field ends, as HEXPIRE, HSETEX and HGETEX read it.

import { invalidExpire, notInteger, timeNegative } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import { parseInt64 } from '../../values/integer.js'
import type { TimeUnit } from '../options.js'

/** Latest time of a field in Redis, wall milliseconds: 46 bits. */
export const fieldTimeMax = 70368744177663

/** The end in wall milliseconds; `name` for the error's words. */
export function parseFieldTime(
  text: string,
  unit: TimeUnit,
  at: { readonly clock: number; readonly name: string },
): number | ErrorReply {
  const given = parseInt64(text)
  if (given === null) return notInteger
  if (given < 0) return timeNegative
  const from = unit.isAbsolute ? 0 : at.clock
  if (typeof given === 'bigint' || given > (fieldTimeMax - from) / unit.scale) {
    return invalidExpire(at.name)
  }
  return from + given * unit.scale
}
