// ZREVRANGE key start stop [WITHSCORES].

import type { EngineCommand } from '../command.js'
import { rangeCommand } from './range.js'

export default {
  name: 'zrevrange',
  arity: -4,
  flags: ['readonly'],
  group: 'sorted-set',
  since: '1.2.0',
  summary:
    'Return a range of members in a sorted set, by index, with scores ordered from high to ' +
    'low',
  complexity:
    'O(log(N)+M) with N being the number of elements in the sorted set and M the number of ' +
    'elements returned.',
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `REV` argument' },
  categories: ['@read', '@sortedset', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'start', type: 'integer' },
    { name: 'stop', type: 'integer' },
    { name: 'withscores', type: 'pure-token', token: 'WITHSCORES', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    return rangeCommand(context, args, { at: 1, order: 'rank', isReverse: true, target: null })
  },
} satisfies EngineCommand
