// EXPIRE, PEXPIRE, EXPIREAT and PEXPIREAT in Redis' order of checks.

import { error, invalidExpire, notInteger } from '../../../api/replies.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { parseInt64 } from '../../values/integer.js'
import { deadline, type TimeUnit } from '../options.js'

const nxConflict = error('ERR NX and XX, GT or LT options at the same time are not compatible')
const gtConflict = error('ERR GT and LT options at the same time are not compatible')

interface Conditions {
  nx: boolean
  xx: boolean
  gt: boolean
  lt: boolean
}

export function expire(context: Context, args: readonly string[], unit: TimeUnit): Reply {
  const conditions = parse(args)
  if ('type' in conditions) return conditions
  const given = parseInt64(args[2] as string)
  if (given === null) return notInteger
  const at = deadline(given, unit, context.clock)
  if (at === null) return invalidExpire(args[0] as string)
  const key = args[1] as string
  if (context.findStored(key) === undefined) return 0
  if (!allows(conditions, context.expiryOf(key), at)) return 0
  if (at <= context.clock) context.effects.remove(key, 'del')
  else context.effects.expire(key, at, 'expire')
  return 1
}

/** Redis prints the option up to its first zero byte. */
function unsupported(option: string): ErrorReply {
  const end = option.indexOf('\0')
  return error(`ERR Unsupported option ${end < 0 ? option : option.slice(0, end)}`)
}

/** A key without a time to live counts as living for ever. */
function allows(conditions: Conditions, current: number | null, at: number): boolean {
  if (conditions.nx && current !== null) return false
  if (conditions.xx && current === null) return false
  if (conditions.gt && (current === null || at <= current)) return false
  return !(conditions.lt && current !== null && at >= current)
}

function parse(args: readonly string[]): Conditions | ErrorReply {
  const conditions: Conditions = { nx: false, xx: false, gt: false, lt: false }
  for (let i = 3; i < args.length; i++) {
    const word = (args[i] as string).toUpperCase()
    if (word === 'NX') conditions.nx = true
    else if (word === 'XX') conditions.xx = true
    else if (word === 'GT') conditions.gt = true
    else if (word === 'LT') conditions.lt = true
    else return unsupported(args[i] as string)
  }
  if (conditions.nx && (conditions.xx || conditions.gt || conditions.lt)) return nxConflict
  return conditions.gt && conditions.lt ? gtConflict : conditions
}
