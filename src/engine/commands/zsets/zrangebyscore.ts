// ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count].

import type { EngineCommand } from '../command.js'
import { rangeCommand } from './range.js'

export default {
  name: 'zrangebyscore',
  arity: -4,
  flags: ['readonly'],
  group: 'sorted-set',
  since: '1.0.5',
  summary: 'Return a range of members in a sorted set, by score',
  complexity:
    'O(log(N)+M) with N being the number of elements in the sorted set and M the number of ' +
    'elements being returned. If M is constant (e.g. always asking for the first 10 elements ' +
    'with LIMIT), you can consider it O(log(N)).',
  history: [['2.0.0', 'Added the `WITHSCORES` modifier.']],
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `BYSCORE` argument' },
  categories: ['@read', '@sortedset', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'min', type: 'double' },
    { name: 'max', type: 'double' },
    { name: 'withscores', type: 'pure-token', token: 'WITHSCORES', since: '2.0.0', optional: true },
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
    return rangeCommand(context, args, { at: 1, order: 'score', isReverse: false, target: null })
  },
} satisfies EngineCommand
