// INCRBYFLOAT key increment.

import { nanOrInfinity, notFloat, wrongType } from '../../../api/replies.js'
import {
  addLongDouble,
  formatLongDouble,
  infinite,
  parseLongDouble,
} from '../../values/long-double.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'incrbyfloat',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '2.6.0',
  summary: 'Increment the float value of a key by the given amount',
  complexity: 'O(1)',
  categories: ['@write', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'increment', type: 'double' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const value = context.find(key)
    if (value !== undefined && typeof value !== 'string') return wrongType
    const before = parseLongDouble(value ?? '0')
    const change = before === null ? null : parseLongDouble(args[2] as string)
    if (before === null || change === null) return notFloat
    if (before === infinite || change === infinite) return nanOrInfinity
    const sum = addLongDouble(before, change)
    if (sum === infinite) return nanOrInfinity
    const text = formatLongDouble(sum)
    context.effects.add(key, text, args[2] as string)
    return text
  },
} satisfies EngineCommand
