// INCRBY key increment.

import { notInteger } from '../../../api/replies.js'
import { parseInt64 } from '../../values/integer.js'
import type { EngineCommand } from '../command.js'
import { increment } from './increment.js'

export default {
  name: 'incrby',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Increment the integer value of a key by the given amount',
  complexity: 'O(1)',
  categories: ['@write', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'increment', type: 'integer' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const change = parseInt64(args[2] as string)
    return change === null ? notInteger : increment(context, args[1] as string, change)
  },
} satisfies EngineCommand
