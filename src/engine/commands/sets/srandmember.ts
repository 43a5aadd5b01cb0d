// SRANDMEMBER key [count]: with a negative count members may repeat.

import type { later } from '../../../api/engine.js'
import { syntaxError, wrongType } from '../../../api/replies.js'
import { emptyArray, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import type { EngineCommand } from '../command.js'
import { parseLong } from '../options.js'
import { randomName, sample } from '../sample.js'
import { allMembers } from './all-members.js'

export default {
  name: 'srandmember',
  arity: -2,
  flags: ['readonly'],
  group: 'set',
  since: '1.0.0',
  summary: 'Get one or multiple random members from a set',
  complexity:
    'Without the count argument O(1), otherwise O(N) where N is the absolute value of the ' +
    'passed count.',
  history: [['2.6.0', 'Added the optional `count` argument.']],
  categories: ['@read', '@set', '@slow'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'count', type: 'integer', since: '2.6.0', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    if (args.length > 3) return syntaxError
    if (args.length === 3) return many(context, args)
    const set = context.lookup(args[1] as string)
    if (set === undefined) return null
    if (typeof set === 'string' || set.type !== 'set') return wrongType
    return randomName(set.body, context.random())
  },
} satisfies EngineCommand

function many(context: Context, args: readonly string[]): Reply | typeof later {
  const count = parseLong(args[2] as string)
  if (typeof count !== 'number') return count
  const set = context.lookup(args[1] as string)
  if (set === undefined) return emptyArray
  if (typeof set === 'string' || set.type !== 'set') return wrongType
  if (count >= set.body.size) return allMembers(context, set, (members) => members)
  const members: string[] = []
  return sample(context, set.body, {
    count,
    take: {
      take: (member) => members.push(member),
      finish: () => members,
    },
  })
}
