// SETEX key seconds value.

import type { EngineCommand } from '../command.js'
import { seconds } from '../options.js'
import { setWithTime } from './set-with-time.js'

export default {
  name: 'setex',
  arity: 4,
  flags: ['write', 'denyoom'],
  group: 'string',
  since: '2.0.0',
  summary: 'Set the value and expiration of a key',
  complexity: 'O(1)',
  categories: ['@write', '@string', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['OW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'seconds', type: 'integer' },
    { name: 'value', type: 'string' },
  ],
  gather: 'refuse',
  execute: (context, args) => setWithTime(context, args, seconds),
} satisfies EngineCommand
