// EXPIREAT key unix-time-seconds [NX|XX|GT|LT].

import type { EngineCommand } from '../command.js'
import { unixSeconds } from '../options.js'
import { expire } from './expire-at.js'

export default {
  name: 'expireat',
  arity: -3,
  flags: ['write', 'fast'],
  group: 'generic',
  since: '1.2.0',
  summary: 'Set the expiration for a key as a UNIX timestamp',
  complexity: 'O(1)',
  history: [['7.0.0', 'Added options: `NX`, `XX`, `GT` and `LT`.']],
  categories: ['@keyspace', '@write', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'unix-time-seconds', type: 'unix-time' },
    {
      name: 'condition',
      type: 'oneof',
      since: '7.0.0',
      optional: true,
      arguments: [
        { name: 'nx', type: 'pure-token', token: 'NX' },
        { name: 'xx', type: 'pure-token', token: 'XX' },
        { name: 'gt', type: 'pure-token', token: 'GT' },
        { name: 'lt', type: 'pure-token', token: 'LT' },
      ],
    },
  ],
  gather: 'refuse',
  execute: (context, args) => expire(context, args, unixSeconds),
} satisfies EngineCommand
