// LRANGE key start stop.

import { LongItems } from '../../../api/long-reply.js'
import { notInteger } from '../../../api/replies.js'
import { emptyArray } from '../../../api/reply.js'
import { parseClamped } from '../../values/integer.js'
import type { ListPart } from '../../values/list-part.js'
import { inSteps } from '../steps.js'
import { lookupList, fromLeft } from './list.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'lrange',
  arity: 4,
  flags: ['readonly'],
  group: 'list',
  since: '1.0.0',
  summary: 'Get a range of elements from a list',
  complexity:
    'O(S+N) where S is the distance of start offset from HEAD for small lists, from nearest end (HEAD or TAIL) for large lists; and N is the number of elements in the specified range.',
  categories: ['@read', '@list', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'start', type: 'integer' },
    { name: 'stop', type: 'integer' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const start = parseClamped(args[2] as string)
    const stop = parseClamped(args[3] as string)
    if (start === null || stop === null) return notInteger
    const list = lookupList(context, args[1] as string)
    if (list === null) return emptyArray
    if (list.type === 'error') return list
    const { body } = list
    const first = Math.max(0, fromLeft(list, start))
    const last = Math.min(body.size - 1, fromLeft(list, stop))
    if (first > last) return emptyArray
    let index = body.partAt(first)
    let at = first - body.before(index)
    const found = new LongItems()
    return inSteps(context, last - first + 1, {
      visit() {
        let { items } = body.parts[index] as ListPart
        if (at === items.length) {
          items = (body.parts[++index] as ListPart).items
          at = 0
        }
        found.run.push(items[at++] as string)
        found.rest()
        return true
      },
      finish: () => found.reply('array'),
    })
  },
} satisfies EngineCommand
