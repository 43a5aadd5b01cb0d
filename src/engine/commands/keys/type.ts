// TYPE key.

import { status } from '../../../api/reply.js'
import { Packed } from '../../values/packed.js'
import { typeName } from '../../values/value.js'
import type { EngineCommand } from '../command.js'

const none = status('none')

export default {
  name: 'type',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Determine the type stored at key',
  complexity: 'O(1)',
  categories: ['@keyspace', '@read', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const stored = context.lookupStored(args[1] as string)
    if (stored === undefined) return none
    return status(stored instanceof Packed ? stored.type : typeName(stored))
  },
} satisfies EngineCommand
