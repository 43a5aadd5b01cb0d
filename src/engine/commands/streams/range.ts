// XRANGE and XREVRANGE.

import type { later } from '../../../api/engine.js'
import { LongItems } from '../../../api/long-reply.js'
import { notInteger, syntaxError } from '../../../api/replies.js'
import { emptyArray, nullArray, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { parseClamped } from '../../values/integer.js'
import { inSteps } from '../steps.js'
import { EntryWalk, entryReply, findStream, intervalId } from './stream.js'

export function rangeReply(
  context: Context,
  args: readonly string[],
  isReverse: boolean,
): Reply | typeof later {
  const [startAt, endAt] = isReverse ? [3, 2] : [2, 3]
  const first = intervalId(args[startAt] as string, true)
  if (typeof first !== 'string') return first
  const last = intervalId(args[endAt] as string, false)
  if (typeof last !== 'string') return last
  let count = -1
  for (let i = 4; i < args.length; i += 2) {
    if ((args[i] as string).toUpperCase() !== 'COUNT' || i + 1 >= args.length) return syntaxError
    const given = parseClamped(args[i + 1] as string)
    if (given === null) return notInteger
    count = Math.max(0, given)
  }
  const stream = findStream(context, args[1] as string)
  if (stream === null) return emptyArray
  if (stream.type === 'error') return stream
  if (count === 0) return nullArray
  const walk = new EntryWalk(stream, { first, last, isReverse })
  const found = new LongItems()
  const most = count < 0 ? stream.body.size : Math.min(count, stream.body.size)
  return inSteps(context, most, {
    visit() {
      const id = walk.next()
      if (id !== null) found.run.push(entryReply(id, walk.entry))
      found.rest()
      return id !== null
    },
    finish: () => found.reply('array'),
  })
}
