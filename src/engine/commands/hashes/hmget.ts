// HMGET key field [field ...].

import { wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import { Packed } from '../../values/packed.js'
import { packedField } from '../../values/packed-look.js'
import type { EngineCommand } from '../command.js'
import { inSteps } from '../steps.js'
import { fieldText } from './fields.js'

/** Arguments up to which a packed hash is looked into. */
const looksMax = 12

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
    const key = args[1] as string
    // Each look into a packed one passes over half of it.
    const isFew = args.length <= looksMax
    const hash = isFew ? context.lookupStored(key) : context.lookup(key)
    if (hash !== undefined && (typeof hash === 'string' || hash.type !== 'hash')) return wrongType
    const textOf = (field: string): string | undefined => {
      if (hash instanceof Packed) {
        const text = packedField(hash, field)
        return text === undefined ? undefined : context.ownText(text)
      }
      return hash === undefined ? undefined : fieldText(context, hash, field)
    }
    const replies: Reply[] = []
    return inSteps(context, args.length - 2, {
      visit(index) {
        replies.push(textOf(args[index + 2] as string) ?? null)
        return true
      },
      finish: () => replies,
    })
  },
} satisfies EngineCommand
