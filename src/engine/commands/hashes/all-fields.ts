// HGETALL, HKEYS and HVALS.

import type { later } from '../../../api/engine.js'
import { LongItems } from '../../../api/long-reply.js'
import { wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { Packed } from '../../values/packed.js'
import { packedTexts } from '../../values/packed-look.js'
import { overParts } from '../over-parts.js'

export function allFields(
  context: Context,
  key: string,
  what: 'both' | 'fields' | 'values',
): Reply | typeof later {
  const hash = context.lookupStored(key)
  const items = new LongItems()
  const as = what === 'both' ? 'map' : 'array'
  if (hash === undefined) return items.reply(as)
  if (typeof hash === 'string' || hash.type !== 'hash') return wrongType
  if (hash instanceof Packed) {
    packedTexts(hash).forEach((text, i) => {
      if (what === 'both' || (what === 'fields') === (i % 2 === 0)) {
        items.run.push(context.ownText(text))
      }
    })
    items.rest()
    return items.reply(as)
  }
  return overParts(context, hash.body, {
    visit(part) {
      for (const [field, text] of part.map) {
        if (part.times !== null && context.isPastTime(part.times.get(field))) continue
        if (what !== 'values') items.run.push(field)
        if (what !== 'fields') items.run.push(text)
      }
      items.rest()
    },
    finish: () => items.reply(as),
  })
}
