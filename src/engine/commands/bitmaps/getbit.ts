// GETBIT key offset: 0 behind the end.

import { wrongType } from '../../../api/replies.js'
import { bitAt } from '../../values/bits.js'
import type { EngineCommand } from '../command.js'
import { parseBitOffset } from './bit-argument.js'

export default {
  name: 'getbit',
  arity: 3,
  flags: ['readonly', 'fast'],
  group: 'bitmap',
  since: '2.2.0',
  summary: 'Returns the bit value at offset in the string value stored at key',
  complexity: 'O(1)',
  categories: ['@read', '@bitmap', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'offset', type: 'integer' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const offset = parseBitOffset(context, args[2] as string)
    if (typeof offset !== 'number') return offset
    const value = context.lookup(args[1] as string)
    if (value === undefined) return 0
    return typeof value === 'string' ? bitAt(value, offset) : wrongType
  },
} satisfies EngineCommand
