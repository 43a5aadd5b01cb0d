// DBSIZE: counts keys past their time until they are removed, as Redis does.

import type { EngineCommand } from '../command.js'

export default {
  name: 'dbsize',
  arity: 1,
  flags: ['readonly', 'fast'],
  group: 'server',
  since: '1.0.0',
  summary: 'Return the number of keys in the selected database',
  complexity: 'O(1)',
  categories: ['@keyspace', '@read', '@fast'],
  tips: ['request_policy:all_shards', 'response_policy:agg_sum'],
  keys: [],
  arguments: [],
  gather: 'total',
  execute: ({ keyspace, place }) => keyspace.visibleKeys(keyspace.databases[place]),
} satisfies EngineCommand
