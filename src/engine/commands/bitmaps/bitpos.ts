// BITPOS key bit [start [end [BYTE|BIT]]]. Without an end a string of ones goes on with zeros for ever.

import { oneOf } from '../../../api/arguments.js'
import { bitArgument, notInteger, syntaxError, wrongType } from '../../../api/replies.js'
import type { later } from '../../../api/engine.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { firstOther } from '../../values/bits.js'
import { parseInt64 } from '../../values/integer.js'
import type { EngineCommand } from '../command.js'
import { overBytes } from './bit-machine.js'
import {
  type BitRange,
  parseIndex,
  parseUnit,
  type RangeArguments,
  resolveRange,
} from './bit-range.js'

export default {
  name: 'bitpos',
  arity: -3,
  flags: ['readonly'],
  group: 'bitmap',
  since: '2.8.7',
  summary: 'Find first bit set or clear in a string',
  complexity: 'O(N)',
  history: [['7.0.0', 'Added the `BYTE|BIT` option.']],
  categories: ['@read', '@bitmap', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'bit', type: 'integer' },
    {
      name: 'index',
      type: 'block',
      optional: true,
      arguments: [
        { name: 'start', type: 'integer' },
        {
          name: 'end_index',
          type: 'block',
          optional: true,
          arguments: [
            { name: 'end', type: 'integer' },
            oneOf('index_unit', ['byte', 'bit'], { since: '7.0.0', optional: true }),
          ],
        },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const bit = parseInt64(args[2] as string)
    if (bit === null) return notInteger
    if (bit !== 0 && bit !== 1) return bitArgument
    const value = context.lookup(args[1] as string)
    if (value === undefined) return bit === 1 ? -1 : 0
    if (typeof value !== 'string') return wrongType
    const given = parse(args)
    if ('type' in given) return given
    const range = resolveRange(given, value.length)
    if (range.first > range.last) return -1
    const beyond = bit === 0 && given.end === null ? value.length * 8 : -1
    return search(context, value, { range, bit, beyond })
  },
} satisfies EngineCommand

function parse(args: readonly string[]): RangeArguments | ErrorReply {
  if (args.length > 6) return syntaxError
  if (args.length === 3) return { start: 0, end: null, isBits: false }
  const start = parseIndex(args[3] as string)
  if (typeof start !== 'number') return start
  const isBits = parseUnit(args[5])
  if (typeof isBits !== 'boolean') return isBits
  if (args.length === 4) return { start, end: null, isBits }
  const end = parseIndex(args[4] as string)
  return typeof end === 'number' ? { start, end, isBits } : end
}

interface Search {
  readonly range: BitRange
  readonly bit: 0 | 1
  /** The answer where no bit of the range is it. */
  readonly beyond: number
}

function search(
  context: Context,
  value: string,
  { range, bit, beyond }: Search,
): Reply | typeof later {
  const { first, last, headMask, tailMask } = range
  const filler = bit === 1 ? 0 : 255
  /** A byte with the bits outside the range as if they were not it. */
  const masked = (at: number): number => {
    const mask = (at === first ? headMask : 0) | (at === last ? tailMask : 0)
    const byte = value.charCodeAt(at)
    return bit === 1 ? byte & ~mask : byte | mask
  }
  const found = (at: number): number => {
    const byte = bit === 1 ? masked(at) : masked(at) ^ 255
    return at * 8 + Math.clz32(byte) - 24
  }
  if (masked(first) !== filler) return found(first)
  if (first === last) return beyond
  return overBytes(
    context,
    { from: first + 1, to: last },
    {
      look(from, to) {
        const at = firstOther(value, from, to, filler)
        return at < to ? found(at) : undefined
      },
      end: () => (masked(last) === filler ? beyond : found(last)),
    },
  )
}
