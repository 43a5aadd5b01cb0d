// PFMERGE destination [source ...]: dense where one of them is.

import { limits } from '../../../api/limits.js'
import { corruptHll } from '../../../api/replies.js'
import { ok, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { HyperLogLog, registers } from '../../values/hyperloglog.js'
import type { EngineCommand } from '../command.js'
import { hllToWrite, HllUnion, lookElements } from './hll-key.js'

export default {
  name: 'pfmerge',
  arity: -2,
  flags: ['write', 'denyoom'],
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Merge N different HyperLogLogs into a single one.',
  complexity: 'O(N) to merge N HyperLogLogs, but with high constant times.',
  categories: ['@write', '@hyperloglog', '@slow'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['RW', 'access', 'insert'] },
    { first: 2, last: -1, step: 1, flags: ['RO', 'access'] },
  ],
  arguments: [
    { name: 'destkey', type: 'key', keySpec: 0 },
    { name: 'sourcekey', type: 'key', keySpec: 1, multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const union = new HllUnion(context, args.slice(1), (done) =>
      store(context, args[1] as string, done),
    )
    return args.length * lookElements <= limits.stepElements
      ? union.step(limits.stepElements)
      : context.begin(union)
  },
} satisfies EngineCommand

function store(context: Context, key: string, { counts, isDense }: HllUnion): Reply {
  const found = hllToWrite(context, key)
  if (found !== null && !(found instanceof HyperLogLog)) return found
  const hll = found ?? new HyperLogLog()
  if (isDense && !hll.toDense()) return corruptHll
  for (let i = 0; i < registers; i++) {
    if ((counts[i] as number) > 0) hll.raise(i, counts[i] as number)
  }
  hll.invalidate()
  if (found === null) context.effects.put(key, hll.toText(), 'pfadd')
  else context.effects.replace(key, hll.toText(), 'pfadd')
  return ok
}
