// LLEN key.

import { lookupList } from './list.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'llen',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'list',
  since: '1.0.0',
  summary: 'Get the length of a list',
  complexity: 'O(1)',
  categories: ['@read', '@list', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const list = lookupList(context, args[1] as string)
    if (list === null) return 0
    return list.type === 'error' ? list : list.body.size
  },
} satisfies EngineCommand
