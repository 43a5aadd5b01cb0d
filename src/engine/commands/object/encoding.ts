// OBJECT ENCODING key: the name that Redis would give to a value like this.

import { encodingName } from '../../values/encoding.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'object|encoding',
  arity: 3,
  flags: ['readonly'],
  group: 'generic',
  since: '2.2.3',
  summary: 'Inspect the internal encoding of a Redis object',
  complexity: 'O(1)',
  categories: ['@keyspace', '@read', '@slow'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const value = context.find(args[2] as string)
    return value === undefined ? null : encodingName(value)
  },
} satisfies EngineCommand
