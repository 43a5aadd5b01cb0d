// HPEXPIRETIME key FIELDS numfields field [field ...].

import { fieldList } from './arguments.js'
import type { EngineCommand } from '../command.js'
import { unixMilliseconds } from '../options.js'
import { timesOfFields } from './times-of-fields.js'

export default {
  name: 'hpexpiretime',
  arity: -5,
  flags: ['readonly', 'fast'],
  group: 'hash',
  since: '7.4.0',
  summary: 'Returns the expiration time of a hash field as a Unix timestamp, in msec.',
  complexity: 'O(N) where N is the number of specified fields',
  categories: ['@read', '@hash', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }, fieldList],
  gather: 'refuse',
  execute(context, args) {
    return timesOfFields(context, args, unixMilliseconds)
  },
} satisfies EngineCommand
