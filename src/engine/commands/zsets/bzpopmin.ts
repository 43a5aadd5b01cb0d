// BZPOPMIN key [key ...] timeout.

import type { EngineCommand } from '../command.js'
import { blockPop } from './block-pop.js'

export default {
  name: 'bzpopmin',
  arity: -3,
  flags: ['write', 'noscript', 'blocking', 'fast'],
  group: 'sorted-set',
  since: '5.0.0',
  summary:
    'Remove and return the member with the lowest score from one or more sorted sets, or block until one is available',
  complexity: 'O(log(N)) with N being the number of elements in the sorted set.',
  history: [['6.0.0', '`timeout` is interpreted as a double instead of an integer.']],
  categories: ['@write', '@sortedset', '@fast', '@blocking'],
  tips: [],
  keys: [{ first: 1, last: -2, step: 1, flags: ['RW', 'access', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0, multiple: true },
    { name: 'timeout', type: 'double' },
  ],
  gather: 'refuse',
  execute: (context, args) => blockPop(context, args, false),
} satisfies EngineCommand
