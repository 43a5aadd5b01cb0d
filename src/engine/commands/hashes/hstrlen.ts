// HSTRLEN key field.

import { wrongType } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { fieldText } from './fields.js'

export default {
  name: 'hstrlen',
  arity: 3,
  flags: ['readonly', 'fast'],
  group: 'hash',
  since: '3.2.0',
  summary: 'Get the length of the value of a hash field',
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
    const hash = context.lookup(args[1] as string)
    if (hash === undefined) return 0
    if (typeof hash === 'string' || hash.type !== 'hash') return wrongType
    return fieldText(context, hash, args[2] as string)?.length ?? 0
  },
} satisfies EngineCommand
