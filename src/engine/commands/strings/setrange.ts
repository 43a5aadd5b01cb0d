// SETRANGE key offset value: fills with zero bytes up to the offset.

import { notInteger, offsetRange, tooLong, wrongType } from '../../../api/replies.js'
import { overwrite } from '../../values/flat.js'
import { parseClamped } from '../../values/integer.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'setrange',
  arity: 4,
  flags: ['write', 'denyoom'],
  group: 'string',
  since: '2.2.0',
  summary: 'Overwrite part of a string at key starting at the specified offset',
  complexity:
    'O(1), not counting the time taken to copy the new string in place. Usually, this string ' +
    'is very small so the amortized complexity is O(1). Otherwise, complexity is O(M) with M ' +
    'being the length of the value argument.',
  categories: ['@write', '@string', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'offset', type: 'integer' },
    { name: 'value', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const part = args[3] as string
    const offset = parseClamped(args[2] as string)
    if (offset === null) return notInteger
    if (offset < 0) return offsetRange
    const value = context.find(key)
    if (value !== undefined && typeof value !== 'string') return wrongType
    if (part.length === 0) return (value ?? '').length
    if (offset + part.length > context.options.bulkBytesMax) return tooLong
    const made = overwrite(value ?? '', offset, part)
    if (value === undefined) context.effects.put(key, made, 'setrange')
    else context.effects.replace(key, made, 'setrange')
    return made.length
  },
} satisfies EngineCommand
