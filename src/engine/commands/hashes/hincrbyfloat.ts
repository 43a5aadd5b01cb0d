// HINCRBYFLOAT key field increment.

import {
  givenInfinity,
  hashNotFloat,
  nanOrInfinity,
  notFloat,
  wrongType,
} from '../../../api/replies.js'
import {
  addLongDouble,
  formatLongDouble,
  infinite,
  parseLongDouble,
} from '../../values/long-double.js'
import type { EngineCommand } from '../command.js'
import { fieldText, hashFor } from './fields.js'

export default {
  name: 'hincrbyfloat',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hash',
  since: '2.6.0',
  summary: 'Increment the float value of a hash field by the given amount',
  complexity: 'O(1)',
  categories: ['@write', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'field', type: 'string' },
    { name: 'increment', type: 'double' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const [, key, field, by] = args as [string, string, string, string]
    const change = parseLongDouble(by)
    if (change === null) return notFloat
    if (change === infinite) return givenInfinity
    const found = context.find(key)
    let before: string | undefined
    if (found !== undefined) {
      if (typeof found === 'string' || found.type !== 'hash') return wrongType
      before = fieldText(context, found, field)
    }
    const number = parseLongDouble(before ?? '0')
    if (number === null) return hashNotFloat
    const sum = number === infinite ? infinite : addLongDouble(number, change)
    if (sum === infinite) return nanOrInfinity
    const text = formatLongDouble(sum)
    const hash = hashFor(context, key, found)
    context.effects.hashes.add(key, hash, { field, text, amount: by })
    context.effects.settle(key, hash, 'hincrbyfloat')
    return text
  },
} satisfies EngineCommand
