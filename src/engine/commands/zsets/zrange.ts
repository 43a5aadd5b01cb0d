// ZRANGE key start stop [BYSCORE|BYLEX] [REV] [LIMIT offset count] [WITHSCORES].

import { oneOf } from '../../../api/arguments.js'
import type { EngineCommand } from '../command.js'
import { rangeCommand } from './range.js'

export default {
  name: 'zrange',
  arity: -4,
  flags: ['readonly'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Return a range of members in a sorted set',
  complexity:
    'O(log(N)+M) with N being the number of elements in the sorted set and M the number of ' +
    'elements returned.',
  history: [['6.2.0', 'Added the `REV`, `BYSCORE`, `BYLEX` and `LIMIT` options.']],
  categories: ['@read', '@sortedset', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'start', type: 'string' },
    { name: 'stop', type: 'string' },
    oneOf('sortby', ['byscore', 'bylex'], { since: '6.2.0', optional: true }),
    { name: 'rev', type: 'pure-token', token: 'REV', since: '6.2.0', optional: true },
    {
      name: 'offset_count',
      type: 'block',
      token: 'LIMIT',
      since: '6.2.0',
      optional: true,
      arguments: [
        { name: 'offset', type: 'integer' },
        { name: 'count', type: 'integer' },
      ],
    },
    { name: 'withscores', type: 'pure-token', token: 'WITHSCORES', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    return rangeCommand(context, args, { at: 1, order: null, isReverse: null, target: null })
  },
} satisfies EngineCommand
