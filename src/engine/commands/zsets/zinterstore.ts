// ZINTERSTORE destination numkeys key [key ...] [WEIGHTS weight ...] [AGGREGATE SUM|MIN|MAX].

import { weighing } from './arguments.js'
import type { EngineCommand } from '../command.js'
import { combineCommand } from './combine.js'

export default {
  name: 'zinterstore',
  arity: -4,
  flags: ['write', 'denyoom', 'movablekeys'],
  group: 'sorted-set',
  since: '2.0.0',
  summary: 'Intersect multiple sorted sets and store the resulting sorted set in a new key',
  complexity:
    'O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the ' +
    'number of input sorted sets and M being the number of elements in the resulting sorted ' +
    'set.',
  categories: ['@write', '@sortedset', '@slow'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['OW', 'update'] },
    { first: 2, last: 2, step: 1, counted: true, flags: ['RO', 'access'] },
  ],
  arguments: [
    { name: 'destination', type: 'key', keySpec: 0 },
    { name: 'numkeys', type: 'integer' },
    { name: 'key', type: 'key', keySpec: 1, multiple: true },
    ...weighing,
  ],
  gather: 'refuse',
  execute(context, args) {
    return combineCommand(context, args, { operation: 'inter', target: args[1] as string })
  },
} satisfies EngineCommand
