// PFDEBUG GETREG|DECODE|ENCODING|TODENSE key: GETREG makes a sparse one dense, too, as in Redis.

import { corruptHll, hllMissing, hllNotSparse, unknownPfdebug } from '../../../api/replies.js'
import { status } from '../../../api/reply.js'
import { HyperLogLog } from '../../values/hyperloglog.js'
import type { EngineCommand } from '../command.js'
import { findHll } from './hll-key.js'

export default {
  name: 'pfdebug',
  arity: 3,
  flags: ['write', 'denyoom', 'admin'],
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Internal commands for debugging HyperLogLog values',
  complexity: 'N/A',
  isInternal: true,
  categories: ['@write', '@hyperloglog', '@admin', '@slow', '@dangerous'],
  tips: [],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RW', 'access'] }],
  arguments: [
    { name: 'subcommand', type: 'string' },
    { name: 'key', type: 'key', keySpec: 0 },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[2] as string
    const hll = findHll(context, key)
    if (hll === null) return hllMissing
    if (!(hll instanceof HyperLogLog)) return hll
    const word = (args[1] as string).toUpperCase()
    if (word === 'DECODE') return hll.isDense ? hllNotSparse : hll.describe()
    if (word === 'ENCODING') return status(hll.isDense ? 'dense' : 'sparse')
    if (word !== 'GETREG' && word !== 'TODENSE') return unknownPfdebug(args[1] as string)
    const wasDense = hll.isDense
    if (!hll.toDense()) return corruptHll
    if (!wasDense) context.effects.replace(key, hll.toText(), '')
    return word === 'TODENSE' ? (wasDense ? 0 : 1) : [...(hll.counts() ?? [])]
  },
} satisfies EngineCommand
