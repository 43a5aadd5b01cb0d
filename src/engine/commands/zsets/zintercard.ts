// ZINTERCARD numkeys key [key ...] [LIMIT limit].

import type { EngineCommand } from '../command.js'
import { countCommon } from './combine.js'

export default {
  name: 'zintercard',
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  group: 'sorted-set',
  since: '7.0.0',
  summary: 'Intersect multiple sorted sets and return the cardinality of the result',
  complexity:
    'O(N*K) worst case with N being the smallest input sorted set, K being the number of ' +
    'input sorted sets.',
  categories: ['@read', '@sortedset', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, counted: true, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'numkeys', type: 'integer' },
    { name: 'key', type: 'key', keySpec: 0, multiple: true },
    { name: 'limit', type: 'integer', token: 'LIMIT', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    return countCommon(context, args)
  },
} satisfies EngineCommand
