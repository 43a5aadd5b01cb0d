// ZSCAN key cursor [MATCH pattern] [COUNT count].

import type { EngineCommand } from '../command.js'
import { scanZset } from './scan.js'

export default {
  name: 'zscan',
  arity: -3,
  flags: ['readonly'],
  group: 'sorted-set',
  since: '2.8.0',
  summary: 'Incrementally iterate sorted sets elements and associated scores',
  complexity:
    'O(1) for every call. O(N) for a complete iteration, including enough command calls for ' +
    'the cursor to return back to 0. N is the number of elements inside the collection..',
  categories: ['@read', '@sortedset', '@slow'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'cursor', type: 'integer' },
    { name: 'pattern', type: 'pattern', token: 'MATCH', optional: true },
    { name: 'count', type: 'integer', token: 'COUNT', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    return scanZset(context, args)
  },
} satisfies EngineCommand
