// TOUCH key [key ...]: the number of keys that exist.

import type { EngineCommand } from '../command.js'
import { overKeys } from '../over-keys.js'

export default {
  name: 'touch',
  arity: -2,
  flags: ['readonly', 'fast'],
  group: 'generic',
  since: '3.2.1',
  summary:
    'Alters the last access time of a key(s). Returns the number of existing keys specified.',
  complexity: 'O(N) where N is the number of keys that will be touched.',
  categories: ['@keyspace', '@read', '@fast'],
  tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  keys: [{ first: 1, last: -1, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0, multiple: true }],
  gather: 'sum',
  execute(context, args) {
    let count = 0
    return overKeys(context, args, {
      step: 1,
      visit(key) {
        if (context.lookupStored(key) !== undefined) count++
      },
      finish: () => count,
    })
  },
} satisfies EngineCommand
