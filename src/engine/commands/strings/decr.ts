// DECR key.

import type { EngineCommand } from '../command.js'
import { increment } from './increment.js'

export default {
  name: 'decr',
  arity: 2,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Decrement the integer value of a key by one',
  complexity: 'O(1)',
  categories: ['@write', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'update'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute: (context, args) => increment(context, args[1] as string, -1),
} satisfies EngineCommand
