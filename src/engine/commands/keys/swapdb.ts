// SWAPDB index1 index2: the databases change places, no key is moved. The router sees to it that one keyspace has
// all keys of both.

import { dbIndexRange, firstDbIndex, secondDbIndex, swapUnordered } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import { swapDatabases } from '../../place-key.js'
import type { EngineCommand } from '../command.js'
import { parseInt64 } from '../../values/integer.js'

export default {
  name: 'swapdb',
  arity: 3,
  flags: ['write', 'fast'],
  group: 'server',
  since: '4.0.0',
  summary: 'Swaps two Redis databases',
  complexity:
    'O(N) where N is the count of clients watching or blocking on keys from both ' + 'databases.',
  categories: ['@keyspace', '@write', '@fast', '@dangerous'],
  tips: [],
  keys: [],
  arguments: [
    { name: 'index1', type: 'integer' },
    { name: 'index2', type: 'integer' },
  ],
  gather: 'ok',
  execute(context, args) {
    const a = parseInt64(args[1] as string)
    if (a === null || !isInt32(a)) return firstDbIndex
    const b = parseInt64(args[2] as string)
    if (b === null || !isInt32(b)) return secondDbIndex
    const { databases } = context.options
    if (a < 0 || a >= databases || b < 0 || b >= databases) return dbIndexRange
    if (!context.effects.isOrdered) return swapUnordered
    if (a !== b) swapDatabases(context, Number(a), Number(b))
    return ok
  },
} satisfies EngineCommand

function isInt32(value: number | bigint): boolean {
  return value >= -0x80000000 && value <= 0x7fffffff
}
