// SETBIT key offset value: the bit that was there. A string is copied with each change, so its cost grows with
// the length of the string: about a microsecond for each KiB.

import { wrongType } from '../../../api/replies.js'
import { bitAt } from '../../values/bits.js'
import { overwrite } from '../../values/flat.js'
import type { EngineCommand } from '../command.js'
import { parseBit, parseBitOffset } from './bit-argument.js'

export default {
  name: 'setbit',
  arity: 4,
  flags: ['write', 'denyoom'],
  group: 'bitmap',
  since: '2.2.0',
  summary: 'Sets or clears the bit at offset in the string value stored at key',
  complexity: 'O(1)',
  categories: ['@write', '@bitmap', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'offset', type: 'integer' },
    { name: 'value', type: 'integer' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const offset = parseBitOffset(context, args[2] as string)
    if (typeof offset !== 'number') return offset
    const bit = parseBit(args[3] as string)
    if (typeof bit !== 'number') return bit
    const key = args[1] as string
    const value = context.find(key)
    if (value !== undefined && typeof value !== 'string') return wrongType
    const text = value ?? ''
    const before = bitAt(text, offset)
    const at = Math.floor(offset / 8)
    if (value !== undefined && before === bit && at < text.length) return before
    const mask = 1 << (7 - (offset % 8))
    const byte = at < text.length ? text.charCodeAt(at) : 0
    const made = overwrite(text, at, String.fromCharCode(bit === 1 ? byte | mask : byte & ~mask))
    if (value === undefined) context.effects.put(key, made, 'setbit')
    else context.effects.replace(key, made, 'setbit')
    return before
  },
} satisfies EngineCommand
