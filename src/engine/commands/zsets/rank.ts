// ZRANK and ZREVRANK.

import { syntaxError, wrongArity } from '../../../api/replies.js'
import { nullArray, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { asZset, double } from './zset.js'

export function rankCommand(context: Context, args: readonly string[], isReverse: boolean): Reply {
  if (args.length > 4) return wrongArity(args[0] as string)
  const hasScore = args.length === 4
  if (hasScore && args[3]?.toUpperCase() !== 'WITHSCORE') return syntaxError
  const zset = asZset(context.lookup(args[1] as string))
  if (zset?.type === 'error') return zset
  const rank = zset?.rankOf(args[2] as string)
  if (zset === null || rank === undefined) return hasScore ? nullArray : null
  const shown = isReverse ? zset.body.size - 1 - rank : rank
  return hasScore ? [shown, double(zset.scores.get(args[2] as string) as number)] : shown
}
