// SORT_RO: SORT without STORE.

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
  keys: [
    { first: 1, last: 1, step: 1, flags: ['RO', 'access'] },
    {
      first: 0,
      last: 0,
      step: 1,
      flags: ['RO', 'access'],
      find: () => [],
      notes:
        "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort",
    },
  ],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'pattern', type: 'pattern', keySpec: 1, token: 'BY', optional: true },
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
    {
      name: 'pattern',
      type: 'pattern',
      keySpec: 1,
      token: 'GET',
      optional: true,
      multiple: true,
      multipleToken: true,
    },
    {
      name: 'order',
      type: 'oneof',
      optional: true,
      arguments: [
        { name: 'asc', type: 'pure-token', token: 'ASC' },
        { name: 'desc', type: 'pure-token', token: 'DESC' },
      ],
    },
    { name: 'sorting', type: 'pure-token', token: 'ALPHA', optional: true },
  ],
  gather: 'refuse',
  execute: (context, args) => sort(context, args, true),
} satisfies EngineCommand
