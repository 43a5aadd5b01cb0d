// GETSET key value.

import { wrongType } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'getset',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Set the string value of a key and return its old value',
  complexity: 'O(1)',
  deprecated: { since: '6.2.0', replacedBy: '`SET` with the `!GET` argument' },
  categories: ['@write', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'value', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const value = context.lookup(key)
    if (value !== undefined && typeof value !== 'string') return wrongType
    context.effects.put(key, args[2] as string, 'set')
    return value ?? null
  },
} satisfies EngineCommand
