// LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len].

import { error, notInteger, syntaxError } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import { parseClamped } from '../../values/integer.js'
import { inSteps } from '../steps.js'
import { lookupList, itemAt } from './list.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'lpos',
  arity: -3,
  flags: ['readonly'],
  group: 'list',
  since: '6.0.6',
  summary: 'Return the index of matching elements on a list',
  complexity:
    'O(N) where N is the number of elements in the list, for the average case. When searching for elements near the head or the tail of the list, or when the MAXLEN option is provided, the command may run in constant time.',
  categories: ['@read', '@list', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'element', type: 'string' },
    { name: 'rank', type: 'integer', token: 'RANK', optional: true },
    { name: 'num-matches', type: 'integer', token: 'COUNT', optional: true },
    { name: 'len', type: 'integer', token: 'MAXLEN', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const options = parse(args)
    if ('type' in options) return options
    const list = lookupList(context, args[1] as string)
    const { rank, count, length } = options
    if (list === null) return count === null ? null : []
    if (list.type === 'error') return list
    const { size } = list.body
    const element = args[2] as string
    const wanted = count === null ? 1 : count === 0 ? size : count
    const found: number[] = []
    let skip = Math.abs(rank) - 1
    return inSteps(context, length === 0 ? size : Math.min(size, length), {
      visit(index) {
        const position = rank < 0 ? size - 1 - index : index
        if (itemAt(list, position) === element && --skip < 0) found.push(position)
        return found.length < wanted
      },
      finish: () => (count === null ? (found[0] ?? null) : found),
    })
  },
} satisfies EngineCommand

interface Options {
  rank: number
  count: number | null
  /** Elements to compare, 0 for all. */
  length: number
}

const zeroRank = error(
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
)
const negativeCount = error("ERR COUNT can't be negative")
const negativeLength = error("ERR MAXLEN can't be negative")

function parse(args: readonly string[]): Options | ErrorReply {
  const options: Options = { rank: 1, count: null, length: 0 }
  for (let i = 3; i < args.length; i += 2) {
    const word = (args[i] as string).toUpperCase()
    const text = args[i + 1]
    if (text === undefined) return syntaxError
    const value = parseClamped(text)
    if (word === 'RANK') {
      if (value === null) return notInteger
      if (value === 0) return zeroRank
      options.rank = value
    } else if (word === 'COUNT') {
      if (value === null || value < 0) return negativeCount
      options.count = value
    } else if (word === 'MAXLEN') {
      if (value === null || value < 0) return negativeLength
      options.length = value
    } else return syntaxError
  }
  return options
}
