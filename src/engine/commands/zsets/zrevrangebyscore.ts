// ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count].

import type { EngineCommand } from '../command.js'
import { rangeCommand } from './range.js'

export default {
  name: 'zrevrangebyscore',
  arity: -4,
  flags: ['readonly'],
  group: 'sorted-set',
  since: '2.2.0',
  summary:
    'Return a range of members in a sorted set, by score, with scores ordered from high to ' +
    'low',
  complexity:
    'O(log(N)+M) with N being the number of elements in the sorted set and M the number of ' +
    'elements being returned. If M is constant (e.g. always asking for the first 10 elements ' +
    'with LIMIT), you can consider it O(log(N)).',
  history: [['2.1.6', '`min` and `max` can be exclusive.']],
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `REV` and `BYSCORE` arguments' },
  categories: ['@read', '@sortedset', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'max', type: 'double' },
    { name: 'min', type: 'double' },
    { name: 'withscores', type: 'pure-token', token: 'WITHSCORES', optional: true },
    {
      name: 'offset_count',
      type: 'block',
      token: 'LIMIT',
      optional: true,
      arguments: [
        { name: 'offset', type: 'integer' },
        { name: 'count', type: 'integer' },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    return rangeCommand(context, args, { at: 1, order: 'score', isReverse: true, target: null })
  },
} satisfies EngineCommand
