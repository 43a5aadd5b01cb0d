// Pops of one or several elements from an end of a list.

import type { later } from '../../../api/engine.js'
import { rangePositive, wrongArity } from '../../../api/replies.js'
import { nullArray, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import type { ListValue } from '../../values/list.js'
import { parseClamped } from '../../values/integer.js'
import { inSteps } from '../steps.js'
import { findList, pop, popEvent, type Side } from './list.js'

/** LPOP and RPOP key [count]. */
export function popCommand(
  context: Context,
  args: readonly string[],
  side: Side,
): Reply | typeof later {
  const key = args[1] as string
  if (args.length > 3) return wrongArity(args[0] as string)
  if (args.length === 2) return popOne(context, key, side)
  const count = parseClamped(args[2] as string)
  if (count === null || count < 0) return rangePositive
  const list = findList(context, key)
  if (list === null) return nullArray
  if (list.type === 'error') return list
  if (count === 0) return []
  return popMany(context, key, { list, side, count }, (items) => items)
}

function popOne(context: Context, key: string, side: Side): Reply {
  const list = findList(context, key)
  if (list === null || list.type === 'error') return list
  const item = pop(context, key, { list, side })
  context.effects.settle(key, list, popEvent(side))
  return item
}

/** Pops at most `count` elements; `answer` makes the reply of them. */
export function popMany(
  context: Context,
  key: string,
  options: { readonly list: ListValue; readonly side: Side; readonly count: number },
  answer: (items: readonly string[]) => Reply,
): Reply | typeof later {
  const { list, side } = options
  const items: string[] = []
  return inSteps(context, Math.min(options.count, list.body.size), {
    visit() {
      items.push(pop(context, key, { list, side }))
      return true
    },
    finish() {
      context.effects.settle(key, list, popEvent(side))
      return answer(items)
    },
  })
}
