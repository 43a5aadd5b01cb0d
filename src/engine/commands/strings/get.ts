// GET key.

import { wrongType } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'get',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Get the value of a key',
  complexity: 'O(1)',
  categories: ['@read', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const value = context.lookup(args[1] as string)
    if (value === undefined) return null
    return typeof value === 'string' ? value : wrongType
  },
} satisfies EngineCommand
