// LMOVE source destination LEFT|RIGHT LEFT|RIGHT.

import { oneOf } from '../../../api/arguments.js'
import { syntaxError } from '../../../api/replies.js'
import { parseSide } from './list.js'
import { moveItem } from './move-item.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'lmove',
  arity: 5,
  flags: ['write', 'denyoom'],
  group: 'list',
  since: '6.2.0',
  summary: 'Pop an element from a list, push it to another list and return it',
  complexity: 'O(1)',
  categories: ['@write', '@list', '@slow'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['RW', 'access', 'delete'] },
    { first: 2, last: 2, step: 1, flags: ['RW', 'insert'] },
  ],
  arguments: [
    { name: 'source', type: 'key', keySpec: 0 },
    { name: 'destination', type: 'key', keySpec: 1 },
    oneOf('wherefrom', ['left', 'right']),
    oneOf('whereto', ['left', 'right']),
  ],
  gather: 'refuse',
  execute(context, args) {
    const from = parseSide(args[3] as string)
    const to = parseSide(args[4] as string)
    if (from === null || to === null) return syntaxError
    return moveItem(context, { source: args[1] as string, target: args[2] as string, from, to })
  },
} satisfies EngineCommand
