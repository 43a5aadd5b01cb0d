// SREM key member [member ...].

import { wrongType } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { inSteps } from '../steps.js'

export default {
  name: 'srem',
  arity: -3,
  flags: ['write', 'fast'],
  group: 'set',
  since: '1.0.0',
  summary: 'Remove one or more members from a set',
  complexity: 'O(N) where N is the number of members to be removed.',
  history: [['2.4.0', 'Accepts multiple `member` arguments.']],
  categories: ['@write', '@set', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'member', type: 'string', multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const set = context.find(key)
    if (set === undefined) return 0
    if (typeof set === 'string' || set.type !== 'set') return wrongType
    let removed = 0
    return inSteps(context, args.length - 2, {
      visit(index) {
        if (context.effects.sets.remove(key, set, args[index + 2] as string)) removed++
        return true
      },
      finish() {
        if (removed > 0) context.effects.settle(key, set, 'srem')
        return removed
      },
    })
  },
} satisfies EngineCommand
