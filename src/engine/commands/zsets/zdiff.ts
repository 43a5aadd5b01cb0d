// ZDIFF numkeys key [key ...] [WITHSCORES].

import type { EngineCommand } from '../command.js'
import { combineCommand } from './combine.js'

export default {
  name: 'zdiff',
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Subtract multiple sorted sets',
  complexity:
    'O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, ' +
    'N is the size of the first set, and K is the size of the result set.',
  categories: ['@read', '@sortedset', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, counted: true, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'numkeys', type: 'integer' },
    { name: 'key', type: 'key', keySpec: 0, multiple: true },
    { name: 'withscores', type: 'pure-token', token: 'WITHSCORES', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    return combineCommand(context, args, { operation: 'diff', target: null })
  },
} satisfies EngineCommand
