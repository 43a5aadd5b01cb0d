// ZREM key member [member ...]: the number removed.

import type { EngineCommand } from '../command.js'
import { inSteps } from '../steps.js'
import { asZset } from './zset.js'

export default {
  name: 'zrem',
  arity: -3,
  flags: ['write', 'fast'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Remove one or more members from a sorted set',
  complexity:
    'O(M*log(N)) with N being the number of elements in the sorted set and M the number of ' +
    'elements to be removed.',
  history: [['2.4.0', 'Accepts multiple elements.']],
  categories: ['@write', '@sortedset', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'member', type: 'string', multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const zset = asZset(context.find(key))
    if (zset === null) return 0
    if (zset.type === 'error') return zset
    let count = 0
    return inSteps(context, args.length - 2, {
      visit(index) {
        if (context.effects.zsets.remove(key, zset, args[index + 2] as string)) count++
        return zset.body.size > 0
      },
      finish() {
        if (count > 0) context.effects.settle(key, zset, 'zrem')
        return count
      },
    })
  },
} satisfies EngineCommand
