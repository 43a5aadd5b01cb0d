// SCARD key.

import type { EngineCommand } from '../command.js'
import { sizeAt } from '../look.js'

export default {
  name: 'scard',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'set',
  since: '1.0.0',
  summary: 'Get the number of members in a set',
  complexity: 'O(1)',
  categories: ['@read', '@set', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    return sizeAt(context, args[1] as string, 'set')
  },
} satisfies EngineCommand
