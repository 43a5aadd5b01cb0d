// GETDEL key.

import { wrongType } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'getdel',
  arity: 2,
  flags: ['write', 'fast'],
  group: 'string',
  since: '6.2.0',
  summary: 'Get the value of a key and delete the key',
  complexity: 'O(1)',
  categories: ['@write', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'delete'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const value = context.lookup(key)
    if (value === undefined) return null
    if (typeof value !== 'string') return wrongType
    context.effects.remove(key, 'del')
    return value
  },
} satisfies EngineCommand
