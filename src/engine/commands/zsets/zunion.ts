// ZUNION numkeys key [key ...] [WEIGHTS weight ...] [AGGREGATE SUM|MIN|MAX] [WITHSCORES].

import { weighing } from './arguments.js'
import type { EngineCommand } from '../command.js'
import { combineCommand } from './combine.js'

export default {
  name: 'zunion',
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Add multiple sorted sets',
  complexity:
    'O(N)+O(M*log(M)) with N being the sum of the sizes of the input sorted sets, and M ' +
    'being the number of elements in the resulting sorted set.',
  categories: ['@read', '@sortedset', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, counted: true, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'numkeys', type: 'integer' },
    { name: 'key', type: 'key', keySpec: 0, multiple: true },
    ...weighing,
    { name: 'withscores', type: 'pure-token', token: 'WITHSCORES', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    return combineCommand(context, args, { operation: 'union', target: null })
  },
} satisfies EngineCommand
