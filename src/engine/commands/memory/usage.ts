// MEMORY USAGE key [SAMPLES count]: what the engine reckons for the key and its value. Its sums are exact, so
// that nothing is sampled.

import { notInteger, syntaxError } from '../../../api/replies.js'
import { parseInt64 } from '../../values/integer.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'memory|usage',
  arity: -3,
  flags: ['readonly'],
  group: 'server',
  since: '4.0.0',
  summary: 'Estimate the memory usage of a key',
  complexity: 'O(N) where N is the number of samples.',
  categories: ['@read', '@slow'],
  tips: [],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RO'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'count', type: 'integer', token: 'SAMPLES', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    for (let at = 3; at < args.length; at += 2) {
      if ((args[at] as string).toUpperCase() !== 'SAMPLES' || at + 1 >= args.length) {
        return syntaxError
      }
      const count = parseInt64(args[at + 1] as string)
      if (count === null) return notInteger
      if (count < 0) return syntaxError
    }
    return context.usage(args[2] as string)
  },
} satisfies EngineCommand
