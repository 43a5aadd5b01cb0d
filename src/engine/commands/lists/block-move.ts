// BLMOVE and BRPOPLPUSH: as LMOVE, or waits for an element of the source.

import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { parseSeconds, waitFor } from '../waiting.js'
import { type ItemMove, moveItem } from './move-item.js'

export function blockMove(context: Context, args: readonly string[], move: ItemMove): Reply {
  const timeoutMs = parseSeconds(args[args.length - 1] as string)
  if (typeof timeoutMs !== 'number') return timeoutMs
  const moved = moveItem(context, move)
  if (moved !== null) return moved
  const keys = [move.source]
  return context.wait(null, waitFor('list', { keys, timeoutMs, attempt: () => args }))
}
