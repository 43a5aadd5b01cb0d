// HEXPIRE key seconds [NX | XX | GT | LT] FIELDS numfields field [field ...].

import type { EngineCommand } from '../command.js'
import { seconds } from '../options.js'
import { expireFields } from './expire-fields.js'

export default {
  name: 'hexpire',
  arity: -6,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hash',
  since: '7.4.0',
  summary: 'Set expiry for hash field using relative time to expire (seconds)',
  complexity: 'O(N) where N is the number of specified fields',
  categories: ['@write', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'seconds', type: 'integer' },
    {
      name: 'condition',
      type: 'oneof',
      optional: true,
      arguments: [
        { name: 'nx', type: 'pure-token', token: 'NX' },
        { name: 'xx', type: 'pure-token', token: 'XX' },
        { name: 'gt', type: 'pure-token', token: 'GT' },
        { name: 'lt', type: 'pure-token', token: 'LT' },
      ],
    },
    {
      name: 'fields',
      type: 'block',
      token: 'FIELDS',
      arguments: [
        { name: 'numfields', type: 'integer' },
        { name: 'field', type: 'string', multiple: true },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    return expireFields(context, args, seconds)
  },
} satisfies EngineCommand
