// HRANDFIELD key [count [WITHVALUES]]: with a negative count fields may repeat.

import type { later } from '../../../api/engine.js'
import { emptyArray, type Reply } from '../../../api/reply.js'
import { outOfRange, syntaxError, wrongType } from '../../../api/replies.js'
import type { Context } from '../../context.js'
import { int64Max } from '../../values/integer.js'
import type { EngineCommand } from '../command.js'
import { parseLong } from '../options.js'
import { randomName, sample } from '../sample.js'

export default {
  name: 'hrandfield',
  arity: -2,
  flags: ['readonly'],
  group: 'hash',
  since: '6.2.0',
  summary: 'Get one or multiple random fields from a hash',
  complexity: 'O(N) where N is the number of fields returned',
  categories: ['@read', '@hash', '@slow'],
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
        { name: 'withvalues', type: 'pure-token', token: 'WITHVALUES', optional: true },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    if (args.length > 2) return many(context, args)
    const hash = context.lookup(args[1] as string)
    if (hash === undefined) return null
    if (typeof hash === 'string' || hash.type !== 'hash') return wrongType
    return randomName(hash.body, context.random())
  },
} satisfies EngineCommand

function many(context: Context, args: readonly string[]): Reply | typeof later {
  const count = parseLong(args[2] as string)
  if (typeof count !== 'number') return count
  const withValues = args.length > 3
  if (args.length > 4 || (withValues && (args[3] as string).toUpperCase() !== 'WITHVALUES')) {
    return syntaxError
  }
  if (withValues && isHuge(args[2] as string)) return outOfRange
  const hash = context.lookup(args[1] as string)
  if (hash === undefined) return emptyArray
  if (typeof hash === 'string' || hash.type !== 'hash') return wrongType
  const items: Reply[] = []
  return sample(context, hash.body, {
    count,
    take: {
      take(field, value) {
        items.push(field)
        if (withValues) items.push(value)
      },
      finish: () => (withValues ? { type: 'pairs', items } : items),
    },
  })
}

/** Beyond half of 64 bits, which twice as many entries would leave. */
function isHuge(text: string): boolean {
  const count = BigInt(text)
  return count > int64Max / 2n || count < -(int64Max / 2n)
}
