// ZPOPMIN key [count].

import type { EngineCommand } from '../command.js'
import { popCommand } from './pop.js'

export default {
  name: 'zpopmin',
  arity: -2,
  flags: ['write', 'fast'],
  group: 'sorted-set',
  since: '5.0.0',
  summary: 'Remove and return members with the lowest scores in a sorted set',
  complexity:
    'O(log(N)*M) with N being the number of elements in the sorted set, and M being the ' +
    'number of elements popped.',
  categories: ['@write', '@sortedset', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'count', type: 'integer', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    return popCommand(context, args, false)
  },
} satisfies EngineCommand
