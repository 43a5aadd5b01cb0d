// ZLEXCOUNT key min max.

import type { EngineCommand } from '../command.js'
import { forward } from './edges.js'
import { parseRange } from './range.js'
import { asZset } from './zset.js'

export default {
  name: 'zlexcount',
  arity: 4,
  flags: ['readonly', 'fast'],
  group: 'sorted-set',
  since: '2.8.9',
  summary: 'Count the number of members in a sorted set between a given lexicographical range',
  complexity: 'O(log(N)) with N being the number of elements in the sorted set.',
  categories: ['@read', '@sortedset', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'min', type: 'string' },
    { name: 'max', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const range = parseRange('lex', args[2] as string, args[3] as string)
    if ('type' in range) return range
    const zset = asZset(context.lookup(args[1] as string))
    if (zset === null) return 0
    if (zset.type === 'error') return zset
    const { from, to } = range.positionsIn(zset, forward)
    return Math.max(0, to - from)
  },
} satisfies EngineCommand
