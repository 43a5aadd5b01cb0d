// ZCARD key.

import type { EngineCommand } from '../command.js'
import { asZset } from './zset.js'

export default {
  name: 'zcard',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Get the number of members in a sorted set',
  complexity: 'O(1)',
  categories: ['@read', '@sortedset', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const zset = asZset(context.lookup(args[1] as string))
    if (zset === null) return 0
    return zset.type === 'error' ? zset : zset.body.size
  },
} satisfies EngineCommand
