// LINDEX key index.

import { notInteger } from '../../../api/replies.js'
import { parseClamped } from '../../values/integer.js'
import { lookupList, fromLeft, itemAt } from './list.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'lindex',
  arity: 3,
  flags: ['readonly'],
  group: 'list',
  since: '1.0.0',
  summary: 'Get an element from a list by its index',
  complexity:
    'O(N) where N is the number of elements to traverse to get to the element at index. This makes asking for the first or the last element of the list O(1).',
  categories: ['@read', '@list', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'index', type: 'integer' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const list = lookupList(context, args[1] as string)
    if (list === null || list.type === 'error') return list
    const given = parseClamped(args[2] as string)
    if (given === null) return notInteger
    const position = fromLeft(list, given)
    return position < 0 || position >= list.body.size ? null : itemAt(list, position)
  },
} satisfies EngineCommand
