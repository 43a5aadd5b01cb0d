// LCS key1 key2 [LEN] [IDX] [MINMATCHLEN n] [WITHMATCHLEN]: a step machine over a table of lengths.

import { limits } from '../../../api/limits.js'
import { error, notInteger, syntaxError } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import { parseClamped } from '../../values/integer.js'
import type { EngineCommand } from '../command.js'
import { LcsMachine, type LcsOptions } from './lcs-machine.js'

const notStrings = error('ERR The specified keys must contain string values')
const bothAsked = error('ERR If you want both the length and indexes, please just use IDX.')
const tableTooBig = error(
  'ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len',
)

export default {
  name: 'lcs',
  arity: -3,
  flags: ['readonly'],
  group: 'string',
  since: '7.0.0',
  summary: 'Find longest common substring',
  complexity: 'O(N*M) where N and M are the lengths of s1 and s2, respectively',
  categories: ['@read', '@string', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 2, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key1', type: 'key', keySpec: 0 },
    { name: 'key2', type: 'key', keySpec: 0 },
    { name: 'len', type: 'pure-token', token: 'LEN', optional: true },
    { name: 'idx', type: 'pure-token', token: 'IDX', optional: true },
    { name: 'len', type: 'integer', token: 'MINMATCHLEN', optional: true },
    { name: 'withmatchlen', type: 'pure-token', token: 'WITHMATCHLEN', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const a = context.lookup(args[1] as string) ?? ''
    const b = context.lookup(args[2] as string) ?? ''
    if (typeof a !== 'string' || typeof b !== 'string') return notStrings
    const options = parse(args)
    if ('type' in options) return options
    const cells = (a.length + 1) * (b.length + 1)
    if (cells * 4 > context.options.bulkBytesMax) return tableTooBig
    // A read that must go through the log turns back before it works.
    if (context.isLate) return null
    const machine = new LcsMachine(a, b, options)
    return cells <= limits.stepElements ? machine.step(cells) : context.begin(machine)
  },
} satisfies EngineCommand

function parse(args: readonly string[]): LcsOptions | ErrorReply {
  const options = { isLength: false, isIndexes: false, matchMin: 0, hasMatchLengths: false }
  for (let i = 3; i < args.length; i++) {
    const word = (args[i] as string).toUpperCase()
    if (word === 'IDX') options.isIndexes = true
    else if (word === 'LEN') options.isLength = true
    else if (word === 'WITHMATCHLEN') options.hasMatchLengths = true
    else if (word === 'MINMATCHLEN' && i + 1 < args.length) {
      const least = parseClamped(args[++i] as string)
      if (least === null) return notInteger
      options.matchMin = Math.max(0, least)
    } else return syntaxError
  }
  return options.isLength && options.isIndexes ? bothAsked : options
}
