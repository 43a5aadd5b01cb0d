// HLEN key.

import type { EngineCommand } from '../command.js'
import { sizeAt } from '../look.js'

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
    return sizeAt(context, args[1] as string, 'hash')
  },
} satisfies EngineCommand
