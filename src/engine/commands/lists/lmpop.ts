// LMPOP numkeys key [key ...] LEFT|RIGHT [COUNT count].

import { oneOf } from '../../../api/arguments.js'
import { parsePopFirst, popFirst } from './pop-first.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'lmpop',
  arity: -4,
  flags: ['write', 'movablekeys'],
  group: 'list',
  since: '7.0.0',
  summary: 'Pop elements from a list',
  complexity:
    'O(N+M) where N is the number of provided keys and M is the number of elements returned.',
  categories: ['@write', '@list', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 0, step: 1, counted: true, flags: ['RW', 'access', 'delete'] }],
  arguments: [
    { name: 'numkeys', type: 'integer' },
    { name: 'key', type: 'key', keySpec: 0, multiple: true },
    oneOf('where', ['left', 'right']),
    { name: 'count', type: 'integer', token: 'COUNT', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const parsed = parsePopFirst(args, 1)
    return 'type' in parsed ? parsed : popFirst(context, parsed)
  },
} satisfies EngineCommand
