// ZMSCORE key member [member ...].

import type { Reply } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { inSteps } from '../steps.js'
import { asZset, double } from './zset.js'

export default {
  name: 'zmscore',
  arity: -3,
  flags: ['readonly', 'fast'],
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Get the score associated with the given members in a sorted set',
  complexity: 'O(N) where N is the number of members being requested.',
  categories: ['@read', '@sortedset', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'member', type: 'string', multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const zset = asZset(context.lookup(args[1] as string))
    if (zset?.type === 'error') return zset
    const found: Reply[] = []
    return inSteps(context, args.length - 2, {
      visit(index) {
        const score = zset?.scores.get(args[index + 2] as string)
        found.push(score === undefined ? null : double(score))
        return true
      },
      finish: () => found,
    })
  },
} satisfies EngineCommand
