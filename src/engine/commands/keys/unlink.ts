// UNLINK key [key ...]: as DEL; every value is freed lazily here.

import type { EngineCommand } from '../command.js'
import { overKeys } from '../over-keys.js'

export default {
  name: 'unlink',
  arity: -2,
  flags: ['write', 'fast'],
  group: 'generic',
  since: '4.0.0',
  summary:
    'Delete a key asynchronously in another thread. Otherwise it is just as DEL, but non ' +
    'blocking.',
  complexity:
    'O(1) for each key removed regardless of its size. Then the command does O(N) work in a ' +
    'different thread in order to reclaim memory, where N is the number of allocations the ' +
    'deleted objects where composed of.',
  categories: ['@keyspace', '@write', '@fast'],
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
