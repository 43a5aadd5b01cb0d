// SMOVE source destination member.

import { wrongType } from '../../../api/replies.js'
import { hasMember, SetValue } from '../../values/set.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'smove',
  arity: 4,
  flags: ['write', 'fast'],
  group: 'set',
  since: '1.0.0',
  summary: 'Move a member from one set to another',
  complexity: 'O(1)',
  categories: ['@write', '@set', '@fast'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['RW', 'access', 'delete'] },
    { first: 2, last: 2, step: 1, flags: ['RW', 'insert'] },
  ],
  arguments: [
    { name: 'source', type: 'key', keySpec: 0 },
    { name: 'destination', type: 'key', keySpec: 1 },
    { name: 'member', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const [, from, to, member] = args as [string, string, string, string]
    const source = context.find(from)
    const found = context.find(to)
    if (source === undefined) return 0
    if (typeof source === 'string' || source.type !== 'set') return wrongType
    if (found !== undefined && (typeof found === 'string' || found.type !== 'set')) return wrongType
    if (from === to) return hasMember(source, member) ? 1 : 0
    const { effects } = context
    if (!effects.sets.remove(from, source, member)) return 0
    effects.settle(from, source, 'srem')
    const target = found ?? new SetValue()
    if (found === undefined) effects.create(to, target)
    if (effects.sets.add(to, target, member)) effects.settle(to, target, 'sadd')
    return 1
  },
} satisfies EngineCommand
