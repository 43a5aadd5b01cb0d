// HKEYS key.

import type { EngineCommand } from '../command.js'
import { allFields } from './all-fields.js'

export default {
  name: 'hkeys',
  arity: 2,
  flags: ['readonly'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Get all the fields in a hash',
  complexity: 'O(N) where N is the size of the hash.',
  categories: ['@read', '@hash', '@slow'],
  tips: ['nondeterministic_output_order'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    return allFields(context, args[1] as string, 'fields')
  },
} satisfies EngineCommand
