// DELIFEQ key value, as Valkey 9.0 documents it: the number removed.

import type { EngineCommand } from '../command.js'
import { meets } from '../value-condition.js'

export default {
  name: 'delifeq',
  arity: 3,
  flags: ['write', 'fast'],
  group: 'string',
  since: '9.0.0',
  summary: 'Delete key if value matches string.',
  complexity: 'O(1)',
  categories: ['@write', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RM', 'access', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'value', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const value = context.find(key)
    if (value === undefined) return 0
    const isMet = meets(value, { word: 'IFEQ', operand: args[2] as string })
    if (isMet !== true) return isMet === false ? 0 : isMet
    return context.effects.remove(key, 'del') ? 1 : 0
  },
} satisfies EngineCommand
