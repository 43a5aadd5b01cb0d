// LREM key count element: from the left, with a negative count from the right.

import { notInteger } from '../../../api/replies.js'
import { parseClamped } from '../../values/integer.js'
import { inSteps } from '../steps.js'
import { findList, itemAt } from './list.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'lrem',
  arity: 4,
  flags: ['write'],
  group: 'list',
  since: '1.0.0',
  summary: 'Remove elements from a list',
  complexity: 'O(N+M) where N is the length of the list and M is the number of elements removed.',
  categories: ['@write', '@list', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'count', type: 'integer' },
    { name: 'element', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const given = parseClamped(args[2] as string)
    if (given === null) return notInteger
    const list = findList(context, key)
    if (list === null) return 0
    if (list.type === 'error') return list
    const element = args[3] as string
    const wanted = given === 0 ? list.body.size : Math.abs(given)
    let removed = 0
    let position = given < 0 ? list.body.size - 1 : 0
    return inSteps(context, list.body.size, {
      visit() {
        if (itemAt(list, position) === element) {
          context.effects.lists.removeRun(key, list, { position, count: 1 })
          removed++
          if (given < 0) position--
        } else position += given < 0 ? -1 : 1
        return removed < wanted
      },
      finish() {
        if (removed > 0) context.effects.settle(key, list, 'lrem')
        return removed
      },
    })
  },
} satisfies EngineCommand
