// ZREMRANGEBYRANK key start stop: the number removed.

import type { EngineCommand } from '../command.js'
import { removeRange } from './remove.js'

export default {
  name: 'zremrangebyrank',
  arity: 4,
  flags: ['write'],
  group: 'sorted-set',
  since: '2.0.0',
  summary: 'Remove all members in a sorted set within the given indexes',
  complexity:
    'O(log(N)+M) with N being the number of elements in the sorted set and M the number of ' +
    'elements removed by the operation.',
  categories: ['@write', '@sortedset', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'start', type: 'integer' },
    { name: 'stop', type: 'integer' },
  ],
  gather: 'refuse',
  execute(context, args) {
    return removeRange(context, args, 'rank')
  },
} satisfies EngineCommand
