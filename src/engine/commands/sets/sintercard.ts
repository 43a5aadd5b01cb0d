// SINTERCARD numkeys key [key ...] [LIMIT limit].

import {
  limitNegative,
  numkeysPositive,
  numkeysTooMany,
  syntaxError,
} from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { parsePositive } from '../options.js'
import { combine } from './combine.js'

export default {
  name: 'sintercard',
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  group: 'set',
  since: '7.0.0',
  summary: 'Intersect multiple sets and return the cardinality of the result',
  complexity:
    'O(N*M) worst case where N is the cardinality of the smallest set and M is the number ' +
    'of sets.',
  categories: ['@read', '@set', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 0, step: 1, counted: true, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'numkeys', type: 'integer' },
    { name: 'key', type: 'key', keySpec: 0, multiple: true },
    { name: 'limit', type: 'integer', token: 'LIMIT', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const keys = parsePositive(args[1] as string, numkeysPositive)
    if (typeof keys !== 'number') return keys
    if (keys === 0) return numkeysPositive
    if (keys > args.length - 2) return numkeysTooMany
    const limit = parseLimit(args, 2 + keys)
    if (typeof limit !== 'number') return limit
    let count = 0
    return combine(context, args, {
      kind: 'inter',
      from: 2,
      end: 2 + keys,
      isStore: false,
      take: () => ++count !== limit,
      finish: () => count,
    })
  },
} satisfies EngineCommand

/** 0 for none. */
function parseLimit(args: readonly string[], from: number): number | ErrorReply {
  let limit = 0
  for (let at = from; at < args.length; at += 2) {
    if ((args[at] as string).toUpperCase() !== 'LIMIT' || at + 1 >= args.length) return syntaxError
    const given = parsePositive(args[at + 1] as string, limitNegative)
    if (typeof given !== 'number') return given
    limit = given
  }
  return limit
}
