// ZINCRBY key increment member: the new score.

import type { EngineCommand } from '../command.js'
import { addPairs, plainAdd } from './add.js'

export default {
  name: 'zincrby',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Increment the score of a member in a sorted set',
  complexity: 'O(log(N)) where N is the number of elements in the sorted set.',
  categories: ['@write', '@sortedset', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'increment', type: 'integer' },
    { name: 'member', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    return addPairs(context, args, { from: 2, options: { ...plainAdd, incr: true } })
  },
} satisfies EngineCommand
