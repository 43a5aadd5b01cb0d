// HMGET key field [field ...].

import { wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { inSteps } from '../steps.js'
import { fieldText } from './fields.js'

export default {
  name: 'hmget',
  arity: -3,
  flags: ['readonly', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Get the values of all the given hash fields',
  complexity: 'O(N) where N is the number of fields being requested.',
  categories: ['@read', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'field', type: 'string', multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const hash = context.lookup(args[1] as string)
    if (hash !== undefined && (typeof hash === 'string' || hash.type !== 'hash')) return wrongType
    const replies: Reply[] = []
    return inSteps(context, args.length - 2, {
      visit(index) {
        replies.push(
          hash === undefined ? null : (fieldText(context, hash, args[index + 2] as string) ?? null),
        )
        return true
      },
      finish: () => replies,
    })
  },
} satisfies EngineCommand
