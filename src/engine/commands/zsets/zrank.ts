// ZRANK key member [WITHSCORE], as of Redis 7.2.

import type { EngineCommand } from '../command.js'
import { rankCommand } from './rank.js'

export default {
  name: 'zrank',
  arity: -3,
  flags: ['readonly', 'fast'],
  group: 'sorted-set',
  since: '2.0.0',
  summary: 'Determine the index of a member in a sorted set',
  complexity: 'O(log(N))',
  history: [['7.2.0', 'Added the optional `WITHSCORE` argument.']],
  categories: ['@read', '@sortedset', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'member', type: 'string' },
    { name: 'withscore', type: 'pure-token', token: 'WITHSCORE', optional: true, since: '7.2.0' },
  ],
  gather: 'refuse',
  execute(context, args) {
    return rankCommand(context, args, false)
  },
} satisfies EngineCommand
