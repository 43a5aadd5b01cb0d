// SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]: stateless and slot-major (see api/scan).

import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import { invalidCursor } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import { parseCursor } from '../../../api/scan.js'
import { globMatch } from '../../../base/glob.js'
import type { Context, Machine } from '../../context.js'
import { PositionWalk } from '../../walk.js'
import type { EngineCommand } from '../command.js'
import { parseScanOptions, type ScanOptions } from '../scan-options.js'

export default {
  name: 'scan',
  arity: -2,
  flags: ['readonly'],
  group: 'generic',
  since: '2.8.0',
  summary: 'Incrementally iterate the keys space',
  complexity:
    'O(1) for every call. O(N) for a complete iteration, including enough command calls for ' +
    'the cursor to return back to 0. N is the number of elements inside the collection.',
  history: [['6.0.0', 'Added the `TYPE` subcommand.']],
  categories: ['@keyspace', '@read', '@slow'],
  tips: ['nondeterministic_output', 'request_policy:special'],
  keys: [],
  arguments: [
    { name: 'cursor', type: 'integer' },
    { name: 'pattern', type: 'pattern', token: 'MATCH', optional: true },
    { name: 'count', type: 'integer', token: 'COUNT', optional: true },
    { name: 'type', type: 'string', token: 'TYPE', since: '6.0.0', optional: true },
  ],
  gather: 'scan',
  execute(context, args) {
    const cursor = parseCursor(args[1] as string)
    if (cursor === null) return invalidCursor
    const options = parseScanOptions(args, 2, 'TYPE')
    if ('type' in options) return options
    if (options.count > limits.stepElements && context.meetsLate()) return later
    const walk = new ScanWalk(context, cursor, options)
    return options.count > limits.stepElements ? context.begin(walk) : walk.step(options.count)
  },
} satisfies EngineCommand

class ScanWalk implements Machine {
  readonly #context: Context
  readonly #options: ScanOptions
  readonly #walk: PositionWalk
  readonly #found: string[] = []
  #left: number

  constructor(context: Context, cursor: number, options: ScanOptions) {
    this.#context = context
    this.#options = options
    this.#walk = new PositionWalk(context.keyspace, context.place, cursor)
    this.#left = options.count
  }

  /** Keys of one hash go together, so a step may take a few more than its budget. */
  step(budget: number): Reply | typeof later {
    const wanted = Math.min(budget, this.#left)
    let taken = 0
    while (taken < wanted) {
      const group = this.#walk.next()
      if (group === null) break
      taken += group.keys.length
      for (const key of group.keys) this.#take(key, group.segment.expires?.get(key))
    }
    this.#left -= taken
    if (this.#left > 0 && !this.#walk.isDone) return later
    return [String(this.#walk.cursor), this.#found]
  }

  #take(key: string, item: Parameters<Context['isPast']>[0]): void {
    if (this.#context.isPast(item)) return
    const { pattern, typeName: wanted } = this.#options
    if (pattern !== null && !globMatch(pattern, key)) return
    if (wanted !== null) {
      if (this.#context.typeOf(key) !== wanted) return
    }
    this.#found.push(key)
  }
}
