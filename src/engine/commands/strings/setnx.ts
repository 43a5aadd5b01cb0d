// SETNX key value.

import type { EngineCommand } from '../command.js'

export default {
  name: 'setnx',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Set the value of a key, only if the key does not exist',
  complexity: 'O(1)',
  categories: ['@write', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['OW', 'insert'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'value', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    if (context.findStored(key) !== undefined) return 0
    context.effects.put(key, args[2] as string, 'set')
    return 1
  },
} satisfies EngineCommand
