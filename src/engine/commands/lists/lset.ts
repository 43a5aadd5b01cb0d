// LSET key index element.

import { indexRange, noSuchKey, notInteger } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import { parseClamped } from '../../values/integer.js'
import { findList, fromLeft } from './list.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'lset',
  arity: 4,
  flags: ['write', 'denyoom'],
  group: 'list',
  since: '1.0.0',
  summary: 'Set the value of an element in a list by its index',
  complexity:
    'O(N) where N is the length of the list. Setting either the first or the last element of the list is O(1).',
  categories: ['@write', '@list', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'index', type: 'integer' },
    { name: 'element', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const list = findList(context, key)
    if (list === null) return noSuchKey
    if (list.type === 'error') return list
    const given = parseClamped(args[2] as string)
    if (given === null) return notInteger
    const position = fromLeft(list, given)
    if (position < 0 || position >= list.body.size) return indexRange
    context.effects.lists.set(key, list, { position, item: args[3] as string })
    context.effects.settle(key, list, 'lset')
    return ok
  },
} satisfies EngineCommand
