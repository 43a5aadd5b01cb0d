// LPUSH, RPUSH and their X forms: elements go in one by one in the order given.

import type { later } from '../../../api/engine.js'
import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { inSteps } from '../steps.js'
import { findList, makeList, push, pushEvent, type Side } from './list.js'

export function pushMany(
  context: Context,
  args: readonly string[],
  options: { readonly side: Side; readonly mustExist: boolean },
): Reply | typeof later {
  const key = args[1] as string
  const { side, mustExist } = options
  const list = mustExist ? findList(context, key) : makeList(context, key)
  if (list === null) return 0
  if (list.type === 'error') return list
  return inSteps(context, args.length - 2, {
    visit(index) {
      push(context, key, { list, side, item: args[index + 2] as string })
      return true
    },
    finish() {
      context.effects.settle(key, list, pushEvent(side))
      return list.body.size
    },
  })
}
