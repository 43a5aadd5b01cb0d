// HSETEX key [FNX | FXX] [EX | PX | EXAT | PXAT time | KEEPTTL] FIELDS numfields field value [field
// value ...].

import { oneOf } from '../../../api/arguments.js'
import type { later } from '../../../api/engine.js'
import { wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import type { HashValue } from '../../values/hash.js'
import type { EngineCommand } from '../command.js'
import { fieldText, hashFor } from '../hashes/fields.js'
import { inSteps } from '../steps.js'
import { type ExOptions, parseExOptions } from './ex-options.js'
import { FieldChanges } from './field-changes.js'

export default {
  name: 'hsetex',
  arity: -6,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hash',
  since: '8.0.0',
  summary:
    'Set the value of one or more fields of a given hash key, and optionally set ' +
    'their expiration.',
  complexity: 'O(N) where N is the number of fields being set.',
  categories: ['@write', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    oneOf('condition', ['fnx', 'fxx'], { optional: true }),
    {
      name: 'expiration',
      type: 'oneof',
      optional: true,
      arguments: [
        { name: 'seconds', type: 'integer', token: 'EX' },
        { name: 'milliseconds', type: 'integer', token: 'PX' },
        { name: 'unix-time-seconds', type: 'unix-time', token: 'EXAT' },
        { name: 'unix-time-milliseconds', type: 'unix-time', token: 'PXAT' },
        { name: 'keepttl', type: 'pure-token', token: 'KEEPTTL' },
      ],
    },
    {
      name: 'fields',
      type: 'block',
      token: 'FIELDS',
      arguments: [
        { name: 'numfields', type: 'integer' },
        {
          name: 'data',
          type: 'block',
          multiple: true,
          arguments: [
            { name: 'field', type: 'string' },
            { name: 'value', type: 'string' },
          ],
        },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const options = parseExOptions(args, 2, context.clock)
    if ('type' in options) return options
    const { from, condition } = options
    const found = context.find(args[1] as string)
    if (found !== undefined && (typeof found === 'string' || found.type !== 'hash')) {
      return wrongType
    }
    if (condition === null) return setAll(context, args, { found, options })
    let holds = true
    return inSteps(context, (args.length - from) / 2, {
      visit(index) {
        const field = args[from + 2 * index] as string
        const exists = found !== undefined && fieldText(context, found, field) !== undefined
        holds = exists === (condition === 'FXX')
        return holds
      },
      finish: () => (holds ? setAll(context, args, { found, options }) : 0),
    })
  },
} satisfies EngineCommand

function setAll(
  context: Context,
  args: readonly string[],
  { found, options }: { readonly found: HashValue | undefined; readonly options: ExOptions },
): Reply | typeof later {
  const { from, at, hasWord: keepsTimes } = options
  const key = args[1] as string
  const hash = hashFor(context, key, found)
  const { hashes } = context.effects
  const changes = new FieldChanges(context, key)
  return inSteps(context, (args.length - from) / 2, {
    visit(index) {
      const field = args[from + 2 * index] as string
      const text = args[from + 2 * index + 1] as string
      if (keepsTimes) hashes.set(key, hash, field, text)
      else hashes.put(key, hash, field, text)
      if (at !== null) changes.expire(hash, field, at)
      return true
    },
    finish() {
      context.effects.notify('hset', key)
      changes.settle(hash)
      return 1
    },
  })
}
