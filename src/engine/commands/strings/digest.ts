// DIGEST key: XXH3 of the value, as Redis 8.4 documents it.

import { wrongType } from '../../../api/replies.js'
import { digestOfText } from '../../values/xxh3.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'digest',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'string',
  since: '8.4.0',
  summary: 'Returns the XXH3 hash of a string value.',
  complexity: 'O(N) where N is the length of the string value.',
  categories: ['@read', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const value = context.lookup(args[1] as string)
    if (value === undefined) return null
    return typeof value === 'string' ? digestOfText(value) : wrongType
  },
} satisfies EngineCommand
