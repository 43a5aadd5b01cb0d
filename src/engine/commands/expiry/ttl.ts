// TTL key.

import type { EngineCommand } from '../command.js'
import { timeOf } from './time-of.js'

export default {
  name: 'ttl',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Get the time to live for a key in seconds',
  complexity: 'O(1)',
  history: [['2.8.0', 'Added the -2 reply.']],
  categories: ['@keyspace', '@read', '@fast'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute: (context, args) => timeOf(context, args, { isAbsolute: false, scale: 1000 }),
} satisfies EngineCommand
