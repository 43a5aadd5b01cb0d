// INCR and its family.

import { notInteger, overflow, wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { addInt64, type Int64, parseInt64 } from '../../values/integer.js'

export function increment(context: Context, key: string, change: Int64): Reply {
  const value = context.find(key)
  if (value !== undefined && typeof value !== 'string') return wrongType
  const before = value === undefined ? 0 : parseInt64(value)
  if (before === null) return notInteger
  const sum = addInt64(before, change)
  if (sum === null) return overflow
  context.effects.add(key, sum.toString(), change)
  return sum
}
