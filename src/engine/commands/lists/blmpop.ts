// BLMPOP timeout numkeys key [key ...] LEFT|RIGHT [COUNT count].

import { oneOf } from '../../../api/arguments.js'
import { nullArray } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { parseSeconds, waitFor } from '../waiting.js'
import { parsePopFirst, popFirst } from './pop-first.js'

export default {
  name: 'blmpop',
  arity: -5,
  flags: ['write', 'blocking', 'movablekeys'],
  group: 'list',
  since: '7.0.0',
  summary: 'Pop elements from a list, or block until one is available',
  complexity:
    'O(N+M) where N is the number of provided keys and M is the number of elements returned.',
  categories: ['@write', '@list', '@slow', '@blocking'],
  tips: [],
  keys: [{ first: 2, last: 0, step: 1, counted: true, flags: ['RW', 'access', 'delete'] }],
  arguments: [
    { name: 'timeout', type: 'double' },
    { name: 'numkeys', type: 'integer' },
    { name: 'key', type: 'key', keySpec: 0, multiple: true },
    oneOf('where', ['left', 'right']),
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
      'blmpop',
      args[1] as string,
      '1',
      key,
      ...rest,
    ]
    return context.wait(nullArray, waitFor('list', { keys, timeoutMs, attempt }))
  },
} satisfies EngineCommand
