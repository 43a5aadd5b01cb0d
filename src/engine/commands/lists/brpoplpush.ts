// BRPOPLPUSH source destination timeout.

import type { EngineCommand } from '../command.js'
import { blockMove } from './block-move.js'

export default {
  name: 'brpoplpush',
  arity: 4,
  flags: ['write', 'denyoom', 'noscript', 'blocking'],
  group: 'list',
  since: '2.2.0',
  summary:
    'Pop an element from a list, push it to another list and return it; or block until one is available',
  complexity: 'O(1)',
  history: [['6.0.0', '`timeout` is interpreted as a double instead of an integer.']],
  deprecated: { since: '6.2.0', replacedBy: '`BLMOVE` with the `RIGHT` and `LEFT` arguments' },
  categories: ['@write', '@list', '@slow', '@blocking'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['RW', 'access', 'delete'] },
    { first: 2, last: 2, step: 1, flags: ['RW', 'insert'] },
  ],
  arguments: [
    { name: 'source', type: 'key', keySpec: 0 },
    { name: 'destination', type: 'key', keySpec: 1 },
    { name: 'timeout', type: 'double' },
  ],
  gather: 'refuse',
  execute: (context, args) =>
    blockMove(context, args, {
      source: args[1] as string,
      target: args[2] as string,
      from: 'right',
      to: 'left',
    }),
} satisfies EngineCommand
