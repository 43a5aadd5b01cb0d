// RPOPLPUSH source destination.

import { moveItem } from './move-item.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'rpoplpush',
  arity: 3,
  flags: ['write', 'denyoom'],
  group: 'list',
  since: '1.2.0',
  summary: 'Remove the last element in a list, prepend it to another list and return it',
  complexity: 'O(1)',
  deprecated: { since: '6.2.0', replacedBy: '`LMOVE` with the `RIGHT` and `LEFT` arguments' },
  categories: ['@write', '@list', '@slow'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['RW', 'access', 'delete'] },
    { first: 2, last: 2, step: 1, flags: ['RW', 'insert'] },
  ],
  arguments: [
    { name: 'source', type: 'key', keySpec: 0 },
    { name: 'destination', type: 'key', keySpec: 1 },
  ],
  gather: 'refuse',
  execute: (context, args) =>
    moveItem(context, {
      source: args[1] as string,
      target: args[2] as string,
      from: 'right',
      to: 'left',
    }),
} satisfies EngineCommand
