// HSETNX key field value.

import { wrongType } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { fieldText, hashFor } from './fields.js'

export default {
  name: 'hsetnx',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Set the value of a hash field, only if the field does not exist',
  complexity: 'O(1)',
  categories: ['@write', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'insert'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'field', type: 'string' },
    { name: 'value', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const [, key, field, text] = args as [string, string, string, string]
    const found = context.find(key)
    if (found !== undefined) {
      if (typeof found === 'string' || found.type !== 'hash') return wrongType
      if (fieldText(context, found, field) !== undefined) return 0
    }
    const hash = hashFor(context, key, found)
    context.effects.hashes.put(key, hash, field, text)
    context.effects.settle(key, hash, 'hset')
    return 1
  },
} satisfies EngineCommand
