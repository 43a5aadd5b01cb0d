// DEL key [key ...]: the number removed.

import type { EngineCommand } from '../command.js'
import { overKeys } from '../over-keys.js'

export default {
  name: 'del',
  arity: -2,
  flags: ['write'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Delete a key',
  complexity:
    'O(N) where N is the number of keys that will be removed. When a key to remove holds a ' +
    'value other than a string, the individual complexity for this key is O(M) where M is the ' +
    'number of elements in the list, set, sorted set or hash. Removing a single key that ' +
    'holds a string value is O(1).',
  categories: ['@keyspace', '@write', '@slow'],
  tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  keys: [{ first: 1, last: -1, step: 1, flags: ['RM', 'delete'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0, multiple: true }],
  gather: 'sum',
  execute(context, args) {
    let count = 0
    return overKeys(context, args, {
      step: 1,
      visit(key) {
        if (context.findStored(key) !== undefined && context.effects.remove(key, 'del')) count++
      },
      finish: () => count,
    })
  },
} satisfies EngineCommand
