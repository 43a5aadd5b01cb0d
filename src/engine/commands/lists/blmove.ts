// BLMOVE source destination LEFT|RIGHT LEFT|RIGHT timeout.

import { oneOf } from '../../../api/arguments.js'
import { syntaxError } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { blockMove } from './block-move.js'
import { parseSide } from './list.js'

export default {
  name: 'blmove',
  arity: 6,
  flags: ['write', 'denyoom', 'noscript', 'blocking'],
  group: 'list',
  since: '6.2.0',
  summary:
    'Pop an element from a list, push it to another list and return it; or block until one is available',
  complexity: 'O(1)',
  categories: ['@write', '@list', '@slow', '@blocking'],
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
    { name: 'timeout', type: 'double' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const from = parseSide(args[3] as string)
    const to = parseSide(args[4] as string)
    if (from === null || to === null) return syntaxError
    const move = { source: args[1] as string, target: args[2] as string, from, to }
    return blockMove(context, args, move)
  },
} satisfies EngineCommand
