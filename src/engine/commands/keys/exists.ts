// EXISTS key [key ...]: a key named twice counts twice.

import type { EngineCommand } from '../command.js'
import { overKeys } from '../over-keys.js'

export default {
  name: 'exists',
  arity: -2,
  flags: ['readonly', 'fast'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Determine if a key exists',
  complexity: 'O(N) where N is the number of keys to check.',
  history: [['3.0.3', 'Accepts multiple `key` arguments.']],
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
