// BITCOUNT key [start end [BYTE|BIT]]. As in Redis 7.0 a key that is not there answers 0 before the range is read.

import { oneOf } from '../../../api/arguments.js'
import { syntaxError, wrongType } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import { countBits } from '../../values/bits.js'
import type { EngineCommand } from '../command.js'
import { overBytes } from './bit-machine.js'
import { parseIndex, parseUnit, type RangeArguments, resolveRange } from './bit-range.js'

export default {
  name: 'bitcount',
  arity: -2,
  flags: ['readonly'],
  group: 'bitmap',
  since: '2.6.0',
  summary: 'Count set bits in a string',
  complexity: 'O(N)',
  history: [['7.0.0', 'Added the `BYTE|BIT` option.']],
  categories: ['@read', '@bitmap', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    {
      name: 'index',
      type: 'block',
      optional: true,
      arguments: [
        { name: 'start', type: 'integer' },
        { name: 'end', type: 'integer' },
        oneOf('index_unit', ['byte', 'bit'], { since: '7.0.0', optional: true }),
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const value = context.lookup(args[1] as string)
    if (value === undefined) return 0
    if (typeof value !== 'string') return wrongType
    const given = parse(args)
    if (given === null) return 0
    if ('type' in given) return given
    const { first, last, headMask, tailMask } = resolveRange(given, value.length)
    if (first > last) return 0
    const outside =
      countBits(String.fromCharCode(value.charCodeAt(first) & headMask), 0, 1) +
      countBits(String.fromCharCode(value.charCodeAt(last) & tailMask), 0, 1)
    let count = 0
    return overBytes(
      context,
      { from: first, to: last + 1 },
      {
        look(from, to) {
          count += countBits(value, from, to)
          return undefined
        },
        end: () => count - outside,
      },
    )
  },
} satisfies EngineCommand

/** Null where the range is empty whatever the string. */
function parse(args: readonly string[]): RangeArguments | ErrorReply | null {
  if (args.length === 2) return { start: 0, end: -1, isBits: false }
  if (args.length !== 4 && args.length !== 5) return syntaxError
  const start = parseIndex(args[2] as string)
  if (typeof start !== 'number') return start
  const end = parseIndex(args[3] as string)
  if (typeof end !== 'number') return end
  if (start < 0 && end < 0 && start > end) return null
  const isBits = parseUnit(args[4])
  return typeof isBits === 'boolean' ? { start, end, isBits } : isBits
}
