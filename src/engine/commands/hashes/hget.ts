// HGET key field.

import type { EngineCommand } from '../command.js'
import { fieldAt } from '../look.js'

export default {
  name: 'hget',
  arity: 3,
  flags: ['readonly', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Get the value of a hash field',
  complexity: 'O(1)',
  categories: ['@read', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'field', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const text = fieldAt(context, args[1] as string, args[2] as string) ?? null
    return typeof text === 'string' ? context.ownText(text) : text
  },
} satisfies EngineCommand
