// HPERSIST key FIELDS numfields field [field ...]: -2 where a field is not there, -1 without a
// time.

import { fieldList } from './arguments.js'
import { wrongType } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { fieldText } from '../hashes/fields.js'
import { inSteps } from '../steps.js'
import { parseFields } from './fields-argument.js'

export default {
  name: 'hpersist',
  arity: -5,
  flags: ['write', 'fast'],
  group: 'hash',
  since: '7.4.0',
  summary: 'Removes the expiration time for each specified field',
  complexity: 'O(N) where N is the number of specified fields',
  categories: ['@write', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }, fieldList],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const hash = context.find(key)
    if (hash !== undefined && (typeof hash === 'string' || hash.type !== 'hash')) return wrongType
    const from = parseFields(args, 2)
    if (typeof from !== 'number') return from
    const codes: number[] = []
    let persisted = 0
    return inSteps(context, args.length - from, {
      visit(index) {
        const field = args[from + index] as string
        if (hash === undefined || fieldText(context, hash, field) === undefined) codes.push(-2)
        else if (!context.effects.hashes.persist(key, hash, field)) codes.push(-1)
        else {
          codes.push(1)
          persisted++
        }
        return true
      },
      finish() {
        if (persisted > 0) context.effects.notify('hpersist', key)
        return codes
      },
    })
  },
} satisfies EngineCommand
