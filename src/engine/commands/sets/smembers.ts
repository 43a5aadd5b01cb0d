// SMEMBERS key.

import { LongItems } from '../../../api/long-reply.js'
import { wrongType } from '../../../api/replies.js'
import { orderedMembers, setEncodings } from '../../values/set.js'
import type { EngineCommand } from '../command.js'
import { overParts } from '../over-parts.js'

export default {
  name: 'smembers',
  arity: 2,
  flags: ['readonly'],
  group: 'set',
  since: '1.0.0',
  summary: 'Get all the members in a set',
  complexity: 'O(N) where N is the set cardinality.',
  categories: ['@read', '@set', '@slow'],
  tips: ['nondeterministic_output_order'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const set = context.lookup(args[1] as string)
    if (set === undefined) return { type: 'set', items: [] }
    if (typeof set === 'string' || set.type !== 'set') return wrongType
    if (set.encoding === setEncodings.intset) return { type: 'set', items: orderedMembers(set) }
    const items = new LongItems()
    return overParts(context, set.body, {
      visit(part) {
        for (const member of part.map.keys()) items.run.push(member)
        items.rest()
      },
      finish: () => items.reply('set'),
    })
  },
} satisfies EngineCommand
