// RANDOMKEY: every key is as likely as any other.

import { limits } from '../../../api/limits.js'
import { randomVisible } from '../../walk.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'randomkey',
  arity: 1,
  flags: ['readonly'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Return a random key from the keyspace',
  complexity: 'O(1)',
  categories: ['@keyspace', '@read', '@slow'],
  tips: ['request_policy:all_shards', 'nondeterministic_output'],
  keys: [],
  arguments: [],
  gather: 'random',
  execute(context) {
    const database = context.keyspace.databases[context.place]
    if (database === undefined) return null
    const random = context.random()
    for (let tries = 0; tries < limits.expireKeysPerEntry; tries++) {
      const pick = randomVisible(context.keyspace, database, random)
      if (pick === null || context.isLate) return null
      if (!context.isPast(pick.segment.expires?.get(pick.key))) return pick.key
    }
    return null
  },
} satisfies EngineCommand
