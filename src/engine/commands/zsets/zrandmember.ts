// ZRANDMEMBER key [count [WITHSCORES]].

import { countRange, notInteger, rangeShort, syntaxError } from '../../../api/replies.js'
import { emptyArray } from '../../../api/reply.js'
import { int64Min, parseInt64 } from '../../values/integer.js'
import type { EngineCommand } from '../command.js'
import { randomMember, randomMembers } from './random.js'
import { asZset } from './zset.js'

export default {
  name: 'zrandmember',
  arity: -2,
  flags: ['readonly'],
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Get one or multiple random elements from a sorted set',
  complexity: 'O(N) where N is the number of elements returned',
  categories: ['@read', '@sortedset', '@slow'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    {
      name: 'options',
      type: 'block',
      optional: true,
      arguments: [
        { name: 'count', type: 'integer' },
        { name: 'withscores', type: 'pure-token', token: 'WITHSCORES', optional: true },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    if (args.length === 2) {
      const zset = asZset(context.lookup(args[1] as string))
      return zset === null || zset.type === 'error' ? zset : randomMember(context, zset)
    }
    const given = parseInt64(args[2] as string)
    if (given === null) return notInteger
    if (given === int64Min) return countRange
    const hasScores = args.length === 4 && args[3]?.toUpperCase() === 'WITHSCORES'
    if (args.length > 3 && !hasScores) return syntaxError
    // Twice as many items must be a number of 64 bits.
    if (hasScores && (given > 4611686018427387903n || given < -4611686018427387903n)) {
      return rangeShort
    }
    const zset = asZset(context.lookup(args[1] as string))
    if (zset === null) return emptyArray
    if (zset.type === 'error') return zset
    const count = Number(given)
    return count === 0 ? emptyArray : randomMembers(context, zset, { count, hasScores })
  },
} satisfies EngineCommand
