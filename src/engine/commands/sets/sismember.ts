// SISMEMBER key member.

import { wrongType } from '../../../api/replies.js'
import { Packed } from '../../values/packed.js'
import { packedHas } from '../../values/packed-look.js'
import { hasMember } from '../../values/set.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'sismember',
  arity: 3,
  flags: ['readonly', 'fast'],
  group: 'set',
  since: '1.0.0',
  summary: 'Determine if a given value is a member of a set',
  complexity: 'O(1)',
  categories: ['@read', '@set', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'member', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const set = context.lookupStored(args[1] as string)
    if (set === undefined) return 0
    if (typeof set === 'string' || set.type !== 'set') return wrongType
    if (set instanceof Packed) return packedHas(set, args[2] as string) ? 1 : 0
    return hasMember(set, args[2] as string) ? 1 : 0
  },
} satisfies EngineCommand
