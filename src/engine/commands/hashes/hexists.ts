// HEXISTS key field.

import type { EngineCommand } from '../command.js'
import { fieldAt } from '../look.js'

export default {
  name: 'hexists',
  arity: 3,
  flags: ['readonly', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Determine if a hash field exists',
  complexity: 'O(1)',
  categories: ['@read', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'field', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const text = fieldAt(context, args[1] as string, args[2] as string)
    if (text === undefined) return 0
    return typeof text === 'string' ? 1 : text
  },
} satisfies EngineCommand
