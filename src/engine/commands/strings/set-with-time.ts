// SETEX and PSETEX.

import { ok, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { parseDeadline, type TimeUnit } from '../options.js'

export function setWithTime(context: Context, args: readonly string[], unit: TimeUnit): Reply {
  const at = parseDeadline(args[2] as string, unit, context.clock, args[0] as string)
  if (typeof at !== 'number') return at
  const key = args[1] as string
  context.effects.put(key, args[3] as string, 'set')
  context.effects.expire(key, at, 'expire')
  return ok
}
