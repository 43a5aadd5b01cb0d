// HPEXPIREAT key unix-time-milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...].

import { fieldList } from './arguments.js'
import { oneOf } from '../../../api/arguments.js'
import type { EngineCommand } from '../command.js'
import { unixMilliseconds } from '../options.js'
import { expireFields } from './expire-fields.js'

export default {
  name: 'hpexpireat',
  arity: -6,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hash',
  since: '7.4.0',
  summary: 'Set expiry for hash field using an absolute Unix timestamp (milliseconds)',
  complexity: 'O(N) where N is the number of specified fields',
  categories: ['@write', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'unix-time-milliseconds', type: 'unix-time' },
    oneOf('condition', ['nx', 'xx', 'gt', 'lt'], { optional: true }),
    fieldList,
  ],
  gather: 'refuse',
  execute(context, args) {
    return expireFields(context, args, unixMilliseconds)
  },
} satisfies EngineCommand
