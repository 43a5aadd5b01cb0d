// OBJECT FREQ key: refused as in Redis unless the policy is one of the LFU ones.

import { noFrequency } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'object|freq',
  arity: 3,
  flags: ['readonly'],
  group: 'generic',
  since: '4.0.0',
  summary: 'Get the logarithmic access frequency counter of a Redis object',
  complexity: 'O(1)',
  categories: ['@keyspace', '@read', '@slow'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const key = args[2] as string
    if (context.findStored(key) === undefined) return null
    return context.effects.accesses?.frequency(context.db, key, context.horizon) ?? noFrequency
  },
} satisfies EngineCommand
