// HPTTL key FIELDS numfields field [field ...].

import { fieldList } from './arguments.js'
import type { EngineCommand } from '../command.js'
import { milliseconds } from '../options.js'
import { timesOfFields } from './times-of-fields.js'

export default {
  name: 'hpttl',
  arity: -5,
  flags: ['readonly', 'fast'],
  group: 'hash',
  since: '7.4.0',
  summary: 'Returns the TTL in milliseconds of a hash field.',
  complexity: 'O(N) where N is the number of specified fields',
  categories: ['@read', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }, fieldList],
  gather: 'refuse',
  execute(context, args) {
    return timesOfFields(context, args, milliseconds)
  },
} satisfies EngineCommand
