// BLPOP key [key ...] timeout.

import type { EngineCommand } from '../command.js'
import { blockPop } from './block-pop.js'

export default {
  name: 'blpop',
  arity: -3,
  flags: ['write', 'noscript', 'blocking'],
  group: 'list',
  since: '2.0.0',
  summary: 'Remove and get the first element in a list, or block until one is available',
  complexity: 'O(N) where N is the number of provided keys.',
  history: [['6.0.0', '`timeout` is interpreted as a double instead of an integer.']],
  categories: ['@write', '@list', '@slow', '@blocking'],
  tips: [],
  keys: [{ first: 1, last: -2, step: 1, flags: ['RW', 'access', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0, multiple: true },
    { name: 'timeout', type: 'double' },
  ],
  gather: 'refuse',
  execute: (context, args) => blockPop(context, args, 'left'),
} satisfies EngineCommand
