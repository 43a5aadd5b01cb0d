// BLPOP and BRPOP key [key ...] timeout: pops from the first list that has elements, or waits for one.

import { nullArray, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { parseSeconds, waitFor } from '../waiting.js'
import { findList, pop, popEvent, type Side } from './list.js'

export function blockPop(context: Context, args: readonly string[], side: Side): Reply {
  const timeout = args[args.length - 1] as string
  const timeoutMs = parseSeconds(timeout)
  if (typeof timeoutMs !== 'number') return timeoutMs
  const keys = args.slice(1, -1)
  for (const key of keys) {
    const list = findList(context, key)
    if (list === null) continue
    if (list.type === 'error') return list
    const item = pop(context, key, { list, side })
    context.effects.settle(key, list, popEvent(side))
    return [key, item]
  }
  const attempt = (key: string): readonly string[] => [args[0] as string, key, timeout]
  return context.wait(nullArray, waitFor('list', { keys, timeoutMs, attempt }))
}
