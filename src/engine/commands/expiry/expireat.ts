// EXPIREAT key unix-time-seconds [NX|XX|GT|LT].

import { oneOf } from '../../../api/arguments.js'
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
    oneOf('condition', ['nx', 'xx', 'gt', 'lt'], { since: '7.0.0', optional: true }),
  ],
  gather: 'refuse',
  execute: (context, args) => expire(context, args, unixSeconds),
} satisfies EngineCommand
