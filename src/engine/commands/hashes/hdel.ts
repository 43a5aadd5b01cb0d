// HDEL key field [field ...].

import { wrongType } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { inSteps } from '../steps.js'

export default {
  name: 'hdel',
  arity: -3,
  flags: ['write', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Delete one or more hash fields',
  complexity: 'O(N) where N is the number of fields to be removed.',
  history: [['2.4.0', 'Accepts multiple `field` arguments.']],
  categories: ['@write', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'field', type: 'string', multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const hash = context.find(key)
    if (hash === undefined) return 0
    if (typeof hash === 'string' || hash.type !== 'hash') return wrongType
    let removed = 0
    return inSteps(context, args.length - 2, {
      visit(index) {
        if (context.effects.hashes.remove(key, hash, args[index + 2] as string)) removed++
        return true
      },
      finish() {
        if (removed > 0) context.effects.settle(key, hash, 'hdel')
        return removed
      },
    })
  },
} satisfies EngineCommand
