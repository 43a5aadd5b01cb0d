// PEXPIRETIME key.

import type { EngineCommand } from '../command.js'
import { timeOf } from './time-of.js'

export default {
  name: 'pexpiretime',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'generic',
  since: '7.0.0',
  summary: 'Get the expiration Unix timestamp for a key in milliseconds',
  complexity: 'O(1)',
  categories: ['@keyspace', '@read', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute: (context, args) => timeOf(context, args, { isAbsolute: true, scale: 1 }),
} satisfies EngineCommand
