// SPOP key [count].

import type { later } from '../../../api/engine.js'
import { syntaxError, wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import type { SetValue } from '../../values/set.js'
import type { EngineCommand } from '../command.js'
import { parsePositive } from '../options.js'
import { randomName, sample } from '../sample.js'
import { inSteps } from '../steps.js'
import { allMembers } from './all-members.js'

export default {
  name: 'spop',
  arity: -2,
  flags: ['write', 'fast'],
  group: 'set',
  since: '1.0.0',
  summary: 'Remove and return one or multiple random members from a set',
  complexity:
    'Without the count argument O(1), otherwise O(N) where N is the value of the passed ' +
    'count.',
  history: [['3.2.0', 'Added the `count` argument.']],
  categories: ['@write', '@set', '@fast'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'count', type: 'integer', since: '3.2.0', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    if (args.length > 3) return syntaxError
    if (args.length === 3) return many(context, args)
    const key = args[1] as string
    const set = context.find(key)
    if (set === undefined) return null
    if (typeof set === 'string' || set.type !== 'set') return wrongType
    const member = randomName(set.body, context.random())
    context.effects.sets.remove(key, set, member)
    context.effects.settle(key, set, 'spop')
    return member
  },
} satisfies EngineCommand

function many(context: Context, args: readonly string[]): Reply | typeof later {
  const count = parsePositive(args[2] as string)
  if (typeof count !== 'number') return count
  const key = args[1] as string
  const set = context.find(key)
  if (set === undefined) return { type: 'set', items: [] }
  if (typeof set === 'string' || set.type !== 'set') return wrongType
  if (count === 0) return { type: 'set', items: [] }
  if (count >= set.body.size) {
    return allMembers(context, set, (items) => {
      context.effects.notify('spop', key)
      context.effects.remove(key, 'del')
      return { type: 'set', items }
    })
  }
  const popped: string[] = []
  return sample(context, set.body, {
    count,
    take: {
      take: (member) => popped.push(member),
      finish: () => removeAll(context, { key, set, popped }),
    },
  })
}

function removeAll(
  context: Context,
  of: { readonly key: string; readonly set: SetValue; readonly popped: readonly string[] },
): Reply | typeof later {
  const { key, set, popped } = of
  return inSteps(context, popped.length, {
    visit(index) {
      context.effects.sets.remove(key, set, popped[index] as string)
      return true
    },
    finish() {
      context.effects.settle(key, set, 'spop')
      return { type: 'set', items: popped }
    },
  })
}
