// RENAME key newkey.

import { noSuchKey } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { moveKey } from './move-key.js'

export default {
  name: 'rename',
  arity: 3,
  flags: ['write'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Rename a key',
  complexity: 'O(1)',
  categories: ['@keyspace', '@write', '@slow'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['RW', 'access', 'delete'] },
    { first: 2, last: 2, step: 1, flags: ['OW', 'update'] },
  ],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'newkey', type: 'key', keySpec: 1 },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const target = args[2] as string
    const value = context.find(key)
    if (value === undefined) return noSuchKey
    if (key !== target) moveKey(context, { key, target, value })
    return ok
  },
} satisfies EngineCommand
