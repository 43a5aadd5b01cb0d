// FLUSHALL [ASYNC|SYNC].

import { syntaxError } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { isFlushMode } from './flush-mode.js'

export default {
  name: 'flushall',
  arity: -1,
  flags: ['write'],
  group: 'server',
  since: '1.0.0',
  summary: 'Remove all keys from all databases',
  complexity: 'O(N) where N is the total number of keys in all databases',
  history: [
    ['4.0.0', 'Added the `ASYNC` flushing mode modifier.'],
    ['6.2.0', 'Added the `SYNC` flushing mode modifier.'],
  ],
  categories: ['@keyspace', '@write', '@slow', '@dangerous'],
  tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
  keys: [],
  arguments: [
    {
      name: 'async',
      type: 'oneof',
      optional: true,
      arguments: [
        { name: 'async', type: 'pure-token', token: 'ASYNC', since: '4.0.0' },
        { name: 'sync', type: 'pure-token', token: 'SYNC', since: '6.2.0' },
      ],
    },
  ],
  gather: 'ok',
  execute(context, args) {
    if (!isFlushMode(args)) return syntaxError
    for (let db = 0; db < context.options.databases; db++) context.effects.clear(db)
    return ok
  },
} satisfies EngineCommand
