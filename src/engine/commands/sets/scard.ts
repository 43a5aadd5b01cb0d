// SCARD key.

import { wrongType } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'

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
    const set = context.lookup(args[1] as string)
    if (set === undefined) return 0
    if (typeof set === 'string' || set.type !== 'set') return wrongType
    return set.body.size
  },
} satisfies EngineCommand
