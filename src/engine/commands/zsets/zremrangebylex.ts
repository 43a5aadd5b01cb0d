// ZREMRANGEBYLEX key min max: the number removed.

import type { EngineCommand } from '../command.js'
import { removeRange } from './remove.js'

export default {
  name: 'zremrangebylex',
  arity: 4,
  flags: ['write'],
  group: 'sorted-set',
  since: '2.8.9',
  summary: 'Remove all members in a sorted set between the given lexicographical range',
  complexity:
    'O(log(N)+M) with N being the number of elements in the sorted set and M the number of ' +
    'elements removed by the operation.',
  categories: ['@write', '@sortedset', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'min', type: 'string' },
    { name: 'max', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    return removeRange(context, args, 'lex')
  },
} satisfies EngineCommand
