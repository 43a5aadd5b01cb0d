// PFCOUNT key [key ...]. The count of one key is cached in its value, so a read that finds none there goes through
// the log, once.

import { limits } from '../../../api/limits.js'
import { corruptHll } from '../../../api/replies.js'
import { later } from '../../../api/engine.js'
import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { estimate, HyperLogLog } from '../../values/hyperloglog.js'
import { narrow } from '../../values/integer.js'
import type { EngineCommand } from '../command.js'
import { findHll, HllUnion, lookElements } from './hll-key.js'

export default {
  name: 'pfcount',
  arity: -2,
  flags: ['readonly'],
  group: 'hyperloglog',
  since: '2.8.9',
  summary:
    'Return the approximated cardinality of the set(s) observed by the HyperLogLog at key(s).',
  complexity:
    'O(1) with a very small average constant time when called with a single key. O(N) with ' +
    'N being the number of keys, and much bigger constant times, when called with multiple ' +
    'keys.',
  categories: ['@read', '@hyperloglog', '@slow'],
  tips: [],
  keys: [
    {
      first: 1,
      last: -1,
      step: 1,
      flags: ['RW', 'access'],
      notes:
        'RW because it may change the internal representation of the key, and propagate to replicas',
    },
  ],
  arguments: [{ name: 'key', type: 'key', keySpec: 0, multiple: true }],
  gather: 'refuse',
  execute(context, args) {
    if (args.length === 2) return countOne(context, args[1] as string)
    const union = new HllUnion(context, args.slice(1), ({ counts }) => narrow(estimate(counts)))
    if (args.length * lookElements <= limits.stepElements) return union.step(limits.stepElements)
    return context.meetsLate() ? later : context.begin(union)
  },
} satisfies EngineCommand

function countOne(context: Context, key: string): Reply {
  const hll = findHll(context, key)
  if (hll === null) return 0
  if (!(hll instanceof HyperLogLog)) return hll
  const { cached } = hll
  if (cached !== null) return cached
  // Where members write at the same time a count that is kept would be a write of the whole value. A read of what
  // this member has asks nobody.
  const isKept = context.effects.isOrdered && !context.isLocal
  if (isKept && context.needsLog()) return null
  const counts = hll.counts()
  if (counts === null) return corruptHll
  const cardinality = estimate(counts)
  if (isKept) {
    hll.cache(cardinality)
    context.effects.replace(key, hll.toText(), '')
  }
  return narrow(cardinality)
}
