// HGETALL, HKEYS and HVALS.

import type { later } from '../../../api/engine.js'
import { wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { overParts } from '../over-parts.js'

export function allFields(
  context: Context,
  key: string,
  what: 'both' | 'fields' | 'values',
): Reply | typeof later {
  const hash = context.lookup(key)
  if (hash === undefined) return answer(what, [])
  if (typeof hash === 'string' || hash.type !== 'hash') return wrongType
  const items: Reply[] = []
  return overParts(context, hash.body, {
    visit(part) {
      for (const [field, text] of part.map) {
        if (part.times !== null && context.isPastTime(part.times.get(field))) continue
        if (what !== 'values') items.push(field)
        if (what !== 'fields') items.push(text)
      }
    },
    finish: () => answer(what, items),
  })
}

function answer(what: 'both' | 'fields' | 'values', items: readonly Reply[]): Reply {
  return what === 'both' ? { type: 'map', pairs: items } : items
}
