// LPOP key [count].

import { popCommand } from './pop-many.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'lpop',
  arity: -2,
  flags: ['write', 'fast'],
  group: 'list',
  since: '1.0.0',
  summary: 'Remove and get the first elements in a list',
  complexity: 'O(N) where N is the number of elements returned',
  history: [['6.2.0', 'Added the `count` argument.']],
  categories: ['@write', '@list', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'count', type: 'integer', since: '6.2.0', optional: true },
  ],
  gather: 'refuse',
  execute: (context, args) => popCommand(context, args, 'left'),
} satisfies EngineCommand
