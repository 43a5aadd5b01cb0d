// APPEND key value.

import { tooLong, wrongType } from '../../../api/replies.js'
import { overwrite } from '../../values/flat.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'append',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '2.0.0',
  summary: 'Append a value to a key',
  complexity:
    'O(1). The amortized time complexity is O(1) assuming the appended value is small and the ' +
    'already present value is of any size, since the dynamic string library used by Redis ' +
    'will double the free space available on every reallocation.',
  categories: ['@write', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'insert'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'value', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const tail = args[2] as string
    const value = context.find(key)
    if (value !== undefined && typeof value !== 'string') return wrongType
    const length = (value ?? '').length + tail.length
    if (value === undefined) context.effects.put(key, tail, 'append')
    else {
      if (length > context.options.bulkBytesMax) return tooLong
      context.effects.replace(key, overwrite(value, value.length, tail), 'append')
    }
    return length
  },
} satisfies EngineCommand
