// SADD key member [member ...].

import { wrongType } from '../../../api/replies.js'
import { SetValue } from '../../values/set.js'
import type { EngineCommand } from '../command.js'
import { inSteps } from '../steps.js'

export default {
  name: 'sadd',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'set',
  since: '1.0.0',
  summary: 'Add one or more members to a set',
  complexity:
    'O(1) for each element added, so O(N) to add N elements when the command is called ' +
    'with multiple arguments.',
  history: [['2.4.0', 'Accepts multiple `member` arguments.']],
  categories: ['@write', '@set', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'insert'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'member', type: 'string', multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const found = context.find(key)
    if (found !== undefined && (typeof found === 'string' || found.type !== 'set')) return wrongType
    const set = found ?? new SetValue()
    if (found === undefined) context.effects.create(key, set)
    let added = 0
    return inSteps(context, args.length - 2, {
      visit(index) {
        if (context.effects.sets.add(key, set, args[index + 2] as string)) added++
        return true
      },
      finish() {
        if (added > 0) context.effects.settle(key, set, 'sadd')
        return added
      },
    })
  },
} satisfies EngineCommand
