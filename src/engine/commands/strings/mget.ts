// MGET key [key ...]: a key of another type reads as nil.

import type { Reply } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { overKeys } from '../over-keys.js'

export default {
  name: 'mget',
  arity: -2,
  flags: ['readonly', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Get the values of all the given keys',
  complexity: 'O(N) where N is the number of keys to retrieve.',
  categories: ['@read', '@string', '@fast'],
  tips: ['request_policy:multi_shard'],
  keys: [{ first: 1, last: -1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0, multiple: true }],
  gather: 'keys',
  execute(context, args) {
    const replies: Reply[] = []
    return overKeys(context, args, {
      step: 1,
      visit(key) {
        const value = context.lookup(key)
        replies.push(typeof value === 'string' ? value : null)
      },
      finish: () => replies,
    })
  },
} satisfies EngineCommand
