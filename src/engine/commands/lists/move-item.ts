// LMOVE and RPOPLPUSH: an element goes from an end of one list to an end of another, or of the same.

import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { findList, isList, makeList, pop, popEvent, push, pushEvent, type Side } from './list.js'

export interface ItemMove {
  readonly source: string
  readonly target: string
  readonly from: Side
  readonly to: Side
}

/** The element moved, null where the source has none. */
export function moveItem(context: Context, { source, target, from, to }: ItemMove): Reply {
  const list = findList(context, source)
  if (list === null || list.type === 'error') return list
  if (source === target) {
    const item = pop(context, source, { list, side: from })
    push(context, source, { list, side: to, item })
    context.effects.notify(pushEvent(to), source)
    context.effects.notify(popEvent(from), source)
    return item
  }
  const found = findList(context, target)
  if (found !== null && found.type === 'error') return found
  const other = isList(found) ? found : makeList(context, target)
  if (other.type === 'error') return other
  const item = pop(context, source, { list, side: from })
  push(context, target, { list: other, side: to, item })
  context.effects.settle(target, other, pushEvent(to))
  context.effects.settle(source, list, popEvent(from))
  return item
}
