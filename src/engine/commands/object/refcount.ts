// OBJECT REFCOUNT key: 1, and for the small integers that Redis shares what it says of them.

import { encodingName } from '../../values/encoding.js'
import type { EngineCommand } from '../command.js'

/** Integers that Redis keeps once for all, and what it answers for them. */
const sharedIntegers = 10_000
const sharedCount = 2147483647

export default {
  name: 'object|refcount',
  arity: 3,
  flags: ['readonly'],
  group: 'generic',
  since: '2.2.3',
  summary: 'Get the number of references to the value of the key',
  complexity: 'O(1)',
  categories: ['@keyspace', '@read', '@slow'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const value = context.find(args[2] as string)
    if (value === undefined) return null
    if (typeof value !== 'string' || encodingName(value) !== 'int') return 1
    const number = Number(value)
    return number >= 0 && number < sharedIntegers ? sharedCount : 1
  },
} satisfies EngineCommand
