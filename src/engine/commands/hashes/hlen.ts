// HLEN key.

import { wrongType } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'hlen',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Get the number of fields in a hash',
  complexity: 'O(1)',
  categories: ['@read', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const hash = context.lookup(args[1] as string)
    if (hash === undefined) return 0
    if (typeof hash === 'string' || hash.type !== 'hash') return wrongType
    return hash.body.size
  },
} satisfies EngineCommand
