// BZMPOP timeout numkeys key [key ...] MIN|MAX [COUNT count].

import { oneOf } from '../../../api/arguments.js'
import { nullArray } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { parseSeconds, waitFor } from '../waiting.js'
import { parsePopFirst, popFirst } from './pop.js'

export default {
  name: 'bzmpop',
  arity: -5,
  flags: ['write', 'blocking', 'movablekeys'],
  group: 'sorted-set',
  since: '7.0.0',
  summary: 'Remove and return members with scores in a sorted set or block until one is available',
  complexity:
    'O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of ' +
    'elements in the sorted set, and M being the number of elements popped.',
  categories: ['@write', '@sortedset', '@slow', '@blocking'],
  tips: [],
  keys: [{ first: 2, last: 0, step: 1, counted: true, flags: ['RW', 'access', 'delete'] }],
  arguments: [
    { name: 'timeout', type: 'double' },
    { name: 'numkeys', type: 'integer' },
    { name: 'key', type: 'key', keySpec: 0, multiple: true },
    oneOf('where', ['min', 'max']),
    { name: 'count', type: 'integer', token: 'COUNT', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const parsed = parsePopFirst(args, 2)
    if ('type' in parsed) return parsed
    const timeoutMs = parseSeconds(args[1] as string)
    if (typeof timeoutMs !== 'number') return timeoutMs
    const reply = popFirst(context, parsed)
    if (reply !== nullArray) return reply
    const { keys } = parsed
    const rest = args.slice(3 + keys.length)
    const attempt = (key: string): readonly string[] => [
      'bzmpop',
      args[1] as string,
      '1',
      key,
      ...rest,
    ]
    return context.wait(nullArray, waitFor('zset', { keys, timeoutMs, attempt }))
  },
} satisfies EngineCommand
