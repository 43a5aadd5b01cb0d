// KEYS pattern: a step machine over all keys of the database.

import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import type { Reply } from '../../../api/reply.js'
import { globMatch } from '../../../base/glob.js'
import type { Context, Machine } from '../../context.js'
import { SegmentWalk } from '../../walk.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'keys',
  arity: 2,
  flags: ['readonly'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Find all keys matching the given pattern',
  complexity:
    'O(N) with N being the number of keys in the database, under the assumption that the key ' +
    'names in the database and the given pattern have limited length.',
  categories: ['@keyspace', '@read', '@slow', '@dangerous'],
  tips: ['request_policy:all_shards', 'nondeterministic_output_order'],
  keys: [],
  arguments: [{ name: 'pattern', type: 'pattern' }],
  gather: 'union',
  execute(context, args) {
    if (context.meetsLate()) return later
    const walk = new KeysWalk(context, args[1] as string)
    const count = context.keyspace.databases[context.place]?.keys ?? 0
    return count <= limits.stepElements ? walk.step(count + 1) : context.begin(walk)
  },
} satisfies EngineCommand

class KeysWalk implements Machine {
  readonly #context: Context
  readonly #pattern: string
  readonly #segments: SegmentWalk
  readonly #found: string[] = []

  constructor(context: Context, pattern: string) {
    this.#context = context
    this.#pattern = pattern
    this.#segments = new SegmentWalk(context.keyspace, context.place)
  }

  step(budget: number): Reply | typeof later {
    let left = budget
    while (left > 0) {
      const segment = this.#segments.next()
      if (segment === null) return this.#found
      left -= segment.map.size
      for (const key of segment.map.keys()) {
        if (this.#context.isPast(segment.expires?.get(key))) continue
        if (this.#pattern === '*' || globMatch(this.#pattern, key)) this.#found.push(key)
      }
    }
    return later
  }
}
