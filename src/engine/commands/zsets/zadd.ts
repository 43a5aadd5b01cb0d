// ZADD key [NX|XX] [GT|LT] [CH] [INCR] score member [score member ...].

import { oneOf } from '../../../api/arguments.js'
import { nxWithGtLt, nxWithXx, oneIncrement, syntaxError } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { type AddOptions, addPairs } from './add.js'

export default {
  name: 'zadd',
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Add one or more members to a sorted set, or update its score if it already exists',
  complexity: 'O(log(N)) for each item added, where N is the number of elements in the sorted set.',
  history: [
    ['2.4.0', 'Accepts multiple elements.'],
    ['3.0.2', 'Added the `XX`, `NX`, `CH` and `INCR` options.'],
    ['6.2.0', 'Added the `GT` and `LT` options.'],
  ],
  categories: ['@write', '@sortedset', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    oneOf('condition', ['nx', 'xx'], { since: '3.0.2', optional: true }),
    oneOf('comparison', ['gt', 'lt'], { since: '6.2.0', optional: true }),
    { name: 'change', type: 'pure-token', token: 'CH', since: '3.0.2', optional: true },
    { name: 'increment', type: 'pure-token', token: 'INCR', since: '3.0.2', optional: true },
    {
      name: 'score_member',
      type: 'block',
      multiple: true,
      arguments: [
        { name: 'score', type: 'double' },
        { name: 'member', type: 'string' },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const options: AddOptions = {
      nx: false,
      xx: false,
      gt: false,
      lt: false,
      ch: false,
      incr: false,
    }
    let from = 2
    while (from < args.length) {
      const word = words.get((args[from] as string).toLowerCase())
      if (word === undefined) break
      options[word] = true
      from++
    }
    const count = args.length - from
    if (count === 0 || count % 2 === 1) return syntaxError
    const { nx, xx, gt, lt, incr } = options
    if (nx && xx) return nxWithXx
    if ((gt && nx) || (lt && nx) || (gt && lt)) return nxWithGtLt
    if (incr && count > 2) return oneIncrement
    return addPairs(context, args, { from, options })
  },
} satisfies EngineCommand

const words: ReadonlyMap<string, keyof AddOptions> = new Map([
  ['nx', 'nx'],
  ['xx', 'xx'],
  ['gt', 'gt'],
  ['lt', 'lt'],
  ['ch', 'ch'],
  ['incr', 'incr'],
])
