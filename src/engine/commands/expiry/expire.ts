// EXPIRE key seconds [NX|XX|GT|LT].

import { oneOf } from '../../../api/arguments.js'
import type { EngineCommand } from '../command.js'
import { seconds } from '../options.js'
import { expire } from './expire-at.js'

export default {
  name: 'expire',
  arity: -3,
  flags: ['write', 'fast'],
  group: 'generic',
  since: '1.0.0',
  summary: "Set a key's time to live in seconds",
  complexity: 'O(1)',
  history: [['7.0.0', 'Added options: `NX`, `XX`, `GT` and `LT`.']],
  categories: ['@keyspace', '@write', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'seconds', type: 'integer' },
    oneOf('condition', ['nx', 'xx', 'gt', 'lt'], { since: '7.0.0', optional: true }),
  ],
  gather: 'refuse',
  execute: (context, args) => expire(context, args, seconds),
} satisfies EngineCommand
