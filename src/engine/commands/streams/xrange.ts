// XRANGE key start end [COUNT count].

import { rangeReply } from './range.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xrange',
  arity: -4,
  flags: ['readonly'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Return a range of elements in a stream, with IDs matching the specified IDs interval',
  complexity:
    'O(N) with N being the number of elements being returned. If N is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1).',
  history: [['6.2.0', 'Added exclusive ranges.']],
  categories: ['@read', '@stream', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'start', type: 'string' },
    { name: 'end', type: 'string' },
    { name: 'count', type: 'integer', token: 'COUNT', optional: true },
  ],
  gather: 'refuse',
  execute: (context, args) => rangeReply(context, args, false),
} satisfies EngineCommand
