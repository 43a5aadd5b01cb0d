// ZMPOP numkeys key [key ...] MIN|MAX [COUNT count].

import { oneOf } from '../../../api/arguments.js'
import type { EngineCommand } from '../command.js'
import { parsePopFirst, popFirst } from './pop.js'

export default {
  name: 'zmpop',
  arity: -4,
  flags: ['write', 'movablekeys'],
  group: 'sorted-set',
  since: '7.0.0',
  summary: 'Remove and return members with scores in a sorted set',
  complexity:
    'O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of ' +
    'elements in the sorted set, and M being the number of elements popped.',
  categories: ['@write', '@sortedset', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, counted: true, flags: ['RW', 'access', 'delete'] }],
  arguments: [
    { name: 'numkeys', type: 'integer' },
    { name: 'key', type: 'key', keySpec: 0, multiple: true },
    oneOf('where', ['min', 'max']),
    { name: 'count', type: 'integer', token: 'COUNT', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const parsed = parsePopFirst(args, 1)
    return 'type' in parsed ? parsed : popFirst(context, parsed)
  },
} satisfies EngineCommand
