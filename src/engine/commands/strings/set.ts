// SET key value [NX|XX|IFEQ|IFNE|IFDEQ|IFDNE] [GET] [EX|PX|EXAT|PXAT time | KEEPTTL]: the hot path is the plain form.

import { oneOf } from '../../../api/arguments.js'
import { wrongType } from '../../../api/replies.js'
import { ok, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import type { EngineCommand } from '../command.js'
import { parseDeadline, parseStringOptions } from '../options.js'
import { meets } from '../value-condition.js'

export default {
  name: 'set',
  arity: -3,
  flags: ['write', 'denyoom'],
  group: 'string',
  since: '1.0.0',
  summary: 'Set the string value of a key',
  complexity: 'O(1)',
  history: [
    ['2.6.12', 'Added the `EX`, `PX`, `NX` and `XX` options.'],
    ['6.0.0', 'Added the `KEEPTTL` option.'],
    ['6.2.0', 'Added the `GET`, `EXAT` and `PXAT` option.'],
    ['7.0.0', 'Allowed the `NX` and `GET` options to be used together.'],
  ],
  categories: ['@write', '@string', '@slow'],
  tips: [],
  keys: [
    {
      first: 1,
      last: 1,
      step: 1,
      flags: ['RW', 'access', 'update', 'variable_flags'],
      notes: 'RW and ACCESS due to the optional `GET` argument',
    },
  ],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'value', type: 'string' },
    oneOf('condition', ['nx', 'xx'], { since: '2.6.12', optional: true }),
    { name: 'get', type: 'pure-token', token: 'GET', since: '6.2.0', optional: true },
    {
      name: 'expiration',
      type: 'oneof',
      optional: true,
      arguments: [
        { name: 'seconds', type: 'integer', token: 'EX', since: '2.6.12' },
        { name: 'milliseconds', type: 'integer', token: 'PX', since: '2.6.12' },
        { name: 'unix-time-seconds', type: 'unix-time', token: 'EXAT', since: '6.2.0' },
        { name: 'unix-time-milliseconds', type: 'unix-time', token: 'PXAT', since: '6.2.0' },
        { name: 'keepttl', type: 'pure-token', token: 'KEEPTTL', since: '6.0.0' },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const value = args[2] as string
    if (args.length > 3) return setWithOptions(context, args)
    context.effects.put(key, value, 'set')
    return ok
  },
} satisfies EngineCommand

function setWithOptions(context: Context, args: readonly string[]): Reply {
  const options = parseStringOptions(args, 3, true)
  if ('type' in options) return options
  let at: number | null = null
  if (options.unit !== null) {
    const end = parseDeadline(options.time, options.unit, context.clock, 'set')
    if (typeof end !== 'number') return end
    at = end
  }
  const key = args[1] as string
  const { condition } = options
  const before = options.get ? context.lookup(key) : context.find(key)
  if (options.get && before !== undefined && typeof before !== 'string') return wrongType
  const answer = options.get ? ((before as string | undefined) ?? null) : ok
  const exists = before !== undefined
  if ((options.nx && exists) || (options.xx && !exists)) return options.get ? answer : null
  if (condition !== null) {
    const isMet = meets(before, condition)
    if (isMet !== true) return isMet !== false ? isMet : options.get ? answer : null
  }
  if (options.keepTtl) context.effects.replace(key, args[2] as string, 'set')
  else context.effects.put(key, args[2] as string, 'set')
  if (at !== null) context.effects.expire(key, at, 'expire')
  return answer
}
