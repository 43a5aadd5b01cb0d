// OBJECT IDLETIME key: accesses are not recorded yet, so no key is idle.

import type { EngineCommand } from '../command.js'

export default {
  name: 'object|idletime',
  arity: 3,
  flags: ['readonly'],
  group: 'generic',
  since: '2.2.3',
  summary: 'Get the time since a Redis object was last accessed',
  complexity: 'O(1)',
  categories: ['@keyspace', '@read', '@slow'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    return context.find(args[2] as string) === undefined ? null : 0
  },
} satisfies EngineCommand
