// HGETDEL key FIELDS numfields field [field ...].

import { fieldList } from './arguments.js'
import { wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { fieldText } from '../hashes/fields.js'
import { inSteps } from '../steps.js'
import { parseFields } from './fields-argument.js'

export default {
  name: 'hgetdel',
  arity: -5,
  flags: ['write', 'fast'],
  group: 'hash',
  since: '8.0.0',
  summary: 'Returns the value of a field and deletes it from the hash.',
  complexity: 'O(N) where N is the number of specified fields',
  categories: ['@write', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'delete'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }, fieldList],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const hash = context.find(key)
    if (hash !== undefined && (typeof hash === 'string' || hash.type !== 'hash')) return wrongType
    const from = parseFields(args, 2)
    if (typeof from !== 'number') return from
    const replies: Reply[] = []
    let removed = 0
    return inSteps(context, args.length - from, {
      visit(index) {
        const field = args[from + index] as string
        const text = hash === undefined ? undefined : fieldText(context, hash, field)
        replies.push(text ?? null)
        if (hash === undefined || text === undefined) return true
        context.effects.hashes.remove(key, hash, field)
        removed++
        return true
      },
      finish() {
        if (hash !== undefined && removed > 0) context.effects.settle(key, hash, 'hdel')
        return replies
      },
    })
  },
} satisfies EngineCommand
