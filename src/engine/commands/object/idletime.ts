// OBJECT IDLETIME key: seconds, 0 where the eviction policy asks for no record.

import { noIdleTime } from '../../../api/replies.js'
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
    const key = args[2] as string
    if (context.findStored(key) === undefined) return null
    const { accesses } = context.effects
    if (accesses?.frequency(context.db, key, context.horizon) != null) return noIdleTime
    return accesses?.idleSeconds(context.db, key, context.present) ?? 0
  },
} satisfies EngineCommand
