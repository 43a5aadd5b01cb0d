// BZPOPMIN and BZPOPMAX key [key ...] timeout: pops from the first sorted set there is, or waits for one.

import type { later } from '../../../api/engine.js'
import { nullArray, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { parseSeconds, waitFor } from '../waiting.js'
import { popFirst } from './pop.js'
import { withScores } from './zset.js'

export function blockPop(
  context: Context,
  args: readonly string[],
  isMax: boolean,
): Reply | typeof later {
  const timeout = args[args.length - 1] as string
  const timeoutMs = parseSeconds(timeout)
  if (typeof timeoutMs !== 'number') return timeoutMs
  const keys = args.slice(1, -1)
  const reply = popFirst(context, { keys, isMax, count: 1 }, (key, members, scores) => [
    key,
    ...withScores(members, scores),
  ])
  if (reply !== nullArray) return reply
  const attempt = (key: string): readonly string[] => [args[0] as string, key, timeout]
  return context.wait(nullArray, waitFor('zset', { keys, timeoutMs, attempt }))
}
