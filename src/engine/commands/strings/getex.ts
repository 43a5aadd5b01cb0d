// GETEX key [EX|PX|EXAT|PXAT time | PERSIST]: a write, as it may change the time to live.

import { wrongType } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { parseDeadline, parseStringOptions } from '../options.js'

export default {
  name: 'getex',
  arity: -2,
  flags: ['write', 'fast'],
  group: 'string',
  since: '6.2.0',
  summary: 'Get the value of a key and optionally set its expiration',
  complexity: 'O(1)',
  categories: ['@write', '@string', '@fast'],
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
  ],
  gather: 'refuse',
  execute(context, args) {
    const options = parseStringOptions(args, 2, false)
    if ('type' in options) return options
    const key = args[1] as string
    const value = context.lookup(key)
    if (value === undefined) return null
    if (typeof value !== 'string') return wrongType
    if (options.persist) context.effects.persist(key, 'persist')
    if (options.unit === null) return value
    const at = parseDeadline(options.time, options.unit, context.clock, 'getex')
    if (typeof at !== 'number') return at
    if (options.unit.isAbsolute && at <= context.clock) context.effects.remove(key, 'del')
    else context.effects.expire(key, at, 'expire')
    return value
  },
} satisfies EngineCommand
