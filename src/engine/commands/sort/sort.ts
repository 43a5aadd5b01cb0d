// SORT key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC|DESC] [ALPHA] [STORE destination].

import { sortArguments, sortKeys } from './arguments.js'
import type { EngineCommand } from '../command.js'
import { findStore } from './sort-options.js'
import { sort } from './sort-work.js'

export default {
  name: 'sort',
  arity: -2,
  flags: ['write', 'denyoom', 'movablekeys'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Sort the elements in a list, set or sorted set',
  complexity:
    'O(N+M*log(M)) where N is the number of elements in the list or set to sort, and M the ' +
    'number of returned elements. When the elements are not sorted, complexity is O(N).',
  categories: ['@write', '@set', '@sortedset', '@list', '@slow', '@dangerous'],
  tips: [],
  keys: [
    ...sortKeys,
    {
      first: 0,
      last: 0,
      step: 1,
      flags: ['OW', 'update'],
      find: findStore,
      notes:
        "For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the argument array",
    },
  ],
  arguments: [
    ...sortArguments,
    { name: 'destination', type: 'key', keySpec: 2, token: 'STORE', optional: true },
  ],
  gather: 'refuse',
  execute: (context, args) => sort(context, args, false),
} satisfies EngineCommand
