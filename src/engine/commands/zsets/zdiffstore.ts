// ZDIFFSTORE destination numkeys key [key ...].

import type { EngineCommand } from '../command.js'
import { combineCommand } from './combine.js'

export default {
  name: 'zdiffstore',
  arity: -4,
  flags: ['write', 'denyoom', 'movablekeys'],
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Subtract multiple sorted sets and store the resulting sorted set in a new key',
  complexity:
    'O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, ' +
    'N is the size of the first set, and K is the size of the result set.',
  categories: ['@write', '@sortedset', '@slow'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['OW', 'update'] },
    { first: 2, last: 2, step: 1, counted: true, flags: ['RO', 'access'] },
  ],
  arguments: [
    { name: 'destination', type: 'key', keySpec: 0 },
    { name: 'numkeys', type: 'integer' },
    { name: 'key', type: 'key', keySpec: 1, multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    return combineCommand(context, args, { operation: 'diff', target: args[1] as string })
  },
} satisfies EngineCommand
