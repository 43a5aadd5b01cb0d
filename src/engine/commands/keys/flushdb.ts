// FLUSHDB [ASYNC|SYNC]: the database is swapped for an empty one; its memory is freed lazily.

import { syntaxError } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { isFlushMode } from './flush-mode.js'

export default {
  name: 'flushdb',
  arity: -1,
  flags: ['write'],
  group: 'server',
  since: '1.0.0',
  summary: 'Remove all keys from the current database',
  complexity: 'O(N) where N is the number of keys in the selected database',
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
    context.effects.clear(context.db)
    return ok
  },
} satisfies EngineCommand
