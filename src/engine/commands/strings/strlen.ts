// STRLEN key.

import { wrongType } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'strlen',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'string',
  since: '2.2.0',
  summary: 'Get the length of the value stored in a key',
  complexity: 'O(1)',
  categories: ['@read', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const value = context.lookup(args[1] as string)
    if (value === undefined) return 0
    return typeof value === 'string' ? value.length : wrongType
  },
} satisfies EngineCommand
