// ZSCORE key member.

import type { EngineCommand } from '../command.js'
import { asZset, double } from './zset.js'

export default {
  name: 'zscore',
  arity: 3,
  flags: ['readonly', 'fast'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Get the score associated with the given member in a sorted set',
  complexity: 'O(1)',
  categories: ['@read', '@sortedset', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'member', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const zset = asZset(context.lookup(args[1] as string))
    if (zset === null || zset.type === 'error') return zset
    const score = zset.scores.get(args[2] as string)
    return score === undefined ? null : double(score)
  },
} satisfies EngineCommand
