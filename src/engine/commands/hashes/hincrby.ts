// HINCRBY key field increment.

import { hashNotInteger, notInteger, overflow, wrongType } from '../../../api/replies.js'
import { addInt64, parseInt64 } from '../../values/integer.js'
import type { EngineCommand } from '../command.js'
import { fieldText, hashFor } from './fields.js'

export default {
  name: 'hincrby',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Increment the integer value of a hash field by the given number',
  complexity: 'O(1)',
  categories: ['@write', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'field', type: 'string' },
    { name: 'increment', type: 'integer' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const [, key, field, by] = args as [string, string, string, string]
    const change = parseInt64(by)
    if (change === null) return notInteger
    const found = context.find(key)
    let before: string | undefined
    if (found !== undefined) {
      if (typeof found === 'string' || found.type !== 'hash') return wrongType
      before = fieldText(context, found, field)
    }
    const number = parseInt64(before ?? '0')
    if (number === null) return hashNotInteger
    const sum = addInt64(number, change)
    if (sum === null) return overflow
    const hash = hashFor(context, key, found)
    context.effects.hashes.add(key, hash, { field, text: sum.toString(), amount: change })
    context.effects.settle(key, hash, 'hincrby')
    return sum
  },
} satisfies EngineCommand
