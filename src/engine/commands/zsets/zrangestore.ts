// ZRANGESTORE dst src min max [BYSCORE|BYLEX] [REV] [LIMIT offset count].

import { oneOf } from '../../../api/arguments.js'
import type { EngineCommand } from '../command.js'
import { rangeCommand } from './range.js'

export default {
  name: 'zrangestore',
  arity: -5,
  flags: ['write', 'denyoom'],
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Store a range of members from sorted set into another key',
  complexity:
    'O(log(N)+M) with N being the number of elements in the sorted set and M the number of ' +
    'elements stored into the destination key.',
  categories: ['@write', '@sortedset', '@slow'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['OW', 'update'] },
    { first: 2, last: 2, step: 1, flags: ['RO', 'access'] },
  ],
  arguments: [
    { name: 'dst', type: 'key', keySpec: 0 },
    { name: 'src', type: 'key', keySpec: 1 },
    { name: 'min', type: 'string' },
    { name: 'max', type: 'string' },
    oneOf('sortby', ['byscore', 'bylex'], { optional: true }),
    { name: 'rev', type: 'pure-token', token: 'REV', optional: true },
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
    return rangeCommand(context, args, {
      at: 2,
      order: null,
      isReverse: null,
      target: args[1] as string,
    })
  },
} satisfies EngineCommand
