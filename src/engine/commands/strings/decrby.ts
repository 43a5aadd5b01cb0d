// DECRBY key decrement: the least integer has no opposite, so it is refused.

import { error, notInteger } from '../../../api/replies.js'
import { int64Min, parseInt64 } from '../../values/integer.js'
import type { EngineCommand } from '../command.js'
import { increment } from './increment.js'

const decrementOverflow = error('ERR decrement would overflow')

export default {
  name: 'decrby',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Decrement the integer value of a key by the given number',
  complexity: 'O(1)',
  categories: ['@write', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'decrement', type: 'integer' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const change = parseInt64(args[2] as string)
    if (change === null) return notInteger
    if (change === int64Min) return decrementOverflow
    return increment(context, args[1] as string, -change)
  },
} satisfies EngineCommand
