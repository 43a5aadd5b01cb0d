// HGETEX key [EX | PX | EXAT | PXAT time | PERSIST] FIELDS numfields field [field ...].

import { fieldList } from './arguments.js'
import { wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { fieldText } from '../hashes/fields.js'
import { inSteps } from '../steps.js'
import { parseExOptions } from './ex-options.js'
import { FieldChanges } from './field-changes.js'

export default {
  name: 'hgetex',
  arity: -5,
  flags: ['write', 'fast'],
  group: 'hash',
  since: '8.0.0',
  summary:
    'Get the value of one or more fields of a given hash key, and optionally set ' +
    'their expiration.',
  complexity: 'O(N) where N is the number of specified fields',
  categories: ['@write', '@hash', '@fast'],
  tips: [],
  keys: [
    {
      first: 1,
      last: 1,
      step: 1,
      flags: ['RW', 'access', 'update'],
      notes: 'RW and UPDATE because it changes the TTL',
    },
  ],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    {
      name: 'expiration',
      type: 'oneof',
      optional: true,
      arguments: [
        { name: 'seconds', type: 'integer', token: 'EX' },
        { name: 'milliseconds', type: 'integer', token: 'PX' },
        { name: 'unix-time-seconds', type: 'unix-time', token: 'EXAT' },
        { name: 'unix-time-milliseconds', type: 'unix-time', token: 'PXAT' },
        { name: 'persist', type: 'pure-token', token: 'PERSIST' },
      ],
    },
    fieldList,
  ],
  gather: 'refuse',
  execute(context, args) {
    const options = parseExOptions(args, 1, context.clock)
    if ('type' in options) return options
    const { from, at, hasWord: persists } = options
    const key = args[1] as string
    const hash = context.find(key)
    if (hash !== undefined && (typeof hash === 'string' || hash.type !== 'hash')) return wrongType
    const replies: Reply[] = []
    const changes = new FieldChanges(context, key)
    return inSteps(context, args.length - from, {
      visit(index) {
        const field = args[from + index] as string
        const text = hash === undefined ? undefined : fieldText(context, hash, field)
        replies.push(text ?? null)
        if (hash === undefined || text === undefined) return true
        if (at !== null) changes.expire(hash, field, at)
        else if (persists) changes.persist(hash, field)
        return true
      },
      finish() {
        if (hash !== undefined) changes.settle(hash)
        return replies
      },
    })
  },
} satisfies EngineCommand
