// SORT_RO: SORT without STORE.

import { sortArguments, sortKeys } from './arguments.js'
import type { EngineCommand } from '../command.js'
import { sort } from './sort-work.js'

export default {
  name: 'sort_ro',
  arity: -2,
  flags: ['readonly', 'movablekeys'],
  group: 'generic',
  since: '7.0.0',
  summary: 'Sort the elements in a list, set or sorted set. Read-only variant of SORT.',
  complexity:
    'O(N+M*log(M)) where N is the number of elements in the list or set to sort, and M the ' +
    'number of returned elements. When the elements are not sorted, complexity is O(N).',
  categories: ['@read', '@set', '@sortedset', '@list', '@slow', '@dangerous'],
  tips: [],
  keys: [...sortKeys],
  arguments: [...sortArguments],
  gather: 'refuse',
  execute: (context, args) => sort(context, args, true),
} satisfies EngineCommand
