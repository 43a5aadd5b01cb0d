// PERSIST key.

import type { EngineCommand } from '../command.js'

export default {
  name: 'persist',
  arity: 2,
  flags: ['write', 'fast'],
  group: 'generic',
  since: '2.2.0',
  summary: 'Remove the expiration from a key',
  complexity: 'O(1)',
  categories: ['@keyspace', '@write', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    if (context.findStored(key) === undefined) return 0
    return context.effects.persist(key, 'persist') ? 1 : 0
  },
} satisfies EngineCommand
