// SMISMEMBER key member [member ...].

import { wrongType } from '../../../api/replies.js'
import { hasMember } from '../../values/set.js'
import type { EngineCommand } from '../command.js'
import { inSteps } from '../steps.js'

export default {
  name: 'smismember',
  arity: -3,
  flags: ['readonly', 'fast'],
  group: 'set',
  since: '6.2.0',
  summary: 'Returns the membership associated with the given elements for a set',
  complexity: 'O(N) where N is the number of elements being checked for membership',
  categories: ['@read', '@set', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'member', type: 'string', multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const set = context.lookup(args[1] as string)
    if (set !== undefined && (typeof set === 'string' || set.type !== 'set')) return wrongType
    const replies: number[] = []
    return inSteps(context, args.length - 2, {
      visit(index) {
        replies.push(set !== undefined && hasMember(set, args[index + 2] as string) ? 1 : 0)
        return true
      },
      finish: () => replies,
    })
  },
} satisfies EngineCommand
