// PFSELFTEST: registers of both encodings hold what was put into them, and estimates are near the truth.

import { selfTestFailed } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import { hashElement } from '../../values/hll-hash.js'
import { estimate, HyperLogLog } from '../../values/hyperloglog.js'
import type { EngineCommand } from '../command.js'

const elements = 1_000
/** Errors of more than this share of the count do not happen by chance. */
const errorShare = 0.05

export default {
  name: 'pfselftest',
  arity: 1,
  flags: ['admin'],
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'An internal command for testing HyperLogLog values',
  complexity: 'N/A',
  isInternal: true,
  categories: ['@hyperloglog', '@admin', '@slow', '@dangerous'],
  tips: [],
  keys: [],
  arguments: [],
  gather: 'refuse',
  execute() {
    const sparse = new HyperLogLog()
    const dense = new HyperLogLog()
    dense.toDense()
    for (let i = 0; i < elements; i++) {
      const hashed = hashElement(`element:${i}`)
      sparse.raise(hashed >> 6, hashed & 63)
      dense.raise(hashed >> 6, hashed & 63)
    }
    const [a, b] = [sparse.counts(), dense.counts()]
    if (a === null || b === null || a.some((count, i) => count !== b[i])) return selfTestFailed
    const error = Math.abs(Number(estimate(b)) - elements)
    return error <= elements * errorShare ? ok : selfTestFailed
  },
} satisfies EngineCommand
