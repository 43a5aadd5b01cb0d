// MOVE key db: where the key is there already nothing happens. The router sees to it that both databases belong
// to one group.

import { dbIndexRange, sameObject } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { parseInt32 } from '../options.js'

export default {
  name: 'move',
  arity: 3,
  flags: ['write', 'fast'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Move a key to another database',
  complexity: 'O(1)',
  categories: ['@keyspace', '@write', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'access', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'db', type: 'integer' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const target = parseInt32(args[2] as string)
    if (typeof target !== 'number') return target
    if (target < 0 || target >= context.options.databases) return dbIndexRange
    const home = context.db
    if (target === home) return sameObject
    const value = context.find(key)
    if (value === undefined) return 0
    const at = context.expiryOf(key)
    context.select(target)
    const isFree = context.findStored(key) === undefined
    context.select(home)
    if (!isFree) return 0
    context.effects.remove(key, '')
    context.select(target)
    context.effects.put(key, value, '')
    if (at !== null) context.effects.expire(key, at, '')
    context.select(home)
    context.effects.notify('move_from', key)
    context.select(target)
    context.effects.notify('move_to', key)
    context.select(home)
    return 1
  },
} satisfies EngineCommand
