// XLEN key.

import { findStream } from './stream.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xlen',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Return the number of entries in a stream',
  complexity: 'O(1)',
  categories: ['@read', '@stream', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const stream = findStream(context, args[1] as string)
    if (stream === null) return 0
    return stream.type === 'error' ? stream : stream.body.size
  },
} satisfies EngineCommand
