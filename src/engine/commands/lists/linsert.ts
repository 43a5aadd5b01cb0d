// LINSERT key BEFORE|AFTER pivot element.

import { oneOf } from '../../../api/arguments.js'
import { syntaxError } from '../../../api/replies.js'
import { inSteps } from '../steps.js'
import { findList, itemAt } from './list.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'linsert',
  arity: 5,
  flags: ['write', 'denyoom'],
  group: 'list',
  since: '2.2.0',
  summary: 'Insert an element before or after another element in a list',
  complexity:
    'O(N) where N is the number of elements to traverse before seeing the value pivot. This means that inserting somewhere on the left end on the list (head) can be considered O(1) and inserting somewhere on the right end (tail) is O(N).',
  categories: ['@write', '@list', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'insert'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    oneOf('where', ['before', 'after']),
    { name: 'pivot', type: 'string' },
    { name: 'element', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const word = (args[2] as string).toUpperCase()
    if (word !== 'BEFORE' && word !== 'AFTER') return syntaxError
    const list = findList(context, key)
    if (list === null) return 0
    if (list.type === 'error') return list
    const pivot = args[3] as string
    let found = -1
    return inSteps(context, list.body.size, {
      visit(position) {
        if (itemAt(list, position) === pivot) found = position
        return found < 0
      },
      finish() {
        if (found < 0) return -1
        const position = word === 'AFTER' ? found + 1 : found
        context.effects.lists.insert(key, list, { position, item: args[4] as string })
        context.effects.settle(key, list, 'linsert')
        return list.body.size
      },
    })
  },
} satisfies EngineCommand
