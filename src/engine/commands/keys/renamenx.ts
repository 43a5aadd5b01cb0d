// RENAMENX key newkey.

import { noSuchKey } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { moveKey } from './move-key.js'

export default {
  name: 'renamenx',
  arity: 3,
  flags: ['write', 'fast'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Rename a key, only if the new key does not exist',
  complexity: 'O(1)',
  history: [
    [
      '3.2.0',
      'The command no longer returns an error when source and destination names are the same.',
    ],
  ],
  categories: ['@keyspace', '@write', '@fast'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['RW', 'access', 'delete'] },
    { first: 2, last: 2, step: 1, flags: ['OW', 'insert'] },
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
    if (key === target || context.findStored(target) !== undefined) return 0
    moveKey(context, { key, target, value })
    return 1
  },
} satisfies EngineCommand
