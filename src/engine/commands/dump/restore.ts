// RESTORE key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency], in Redis' order of checks.

import { restore } from './restore-value.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'restore',
  arity: -4,
  flags: ['write', 'denyoom'],
  group: 'generic',
  since: '2.6.0',
  summary: 'Create a key using the provided serialized value, previously obtained using DUMP.',
  complexity:
    'O(1) to create the new key and additional O(N*M) to reconstruct the serialized value, ' +
    'where N is the number of Redis objects composing the value and M their average size. ' +
    'For small string values the time complexity is thus O(1)+O(1*M) where M is small, so ' +
    'simply O(1). However for sorted set values the complexity is O(N*M*log(N)) because ' +
    'inserting values into sorted sets is O(log(N)).',
  history: [
    ['3.0.0', 'Added the `REPLACE` modifier.'],
    ['5.0.0', 'Added the `ABSTTL` modifier.'],
    ['5.0.0', 'Added the `IDLETIME` and `FREQ` options.'],
  ],
  categories: ['@keyspace', '@write', '@slow', '@dangerous'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['OW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'ttl', type: 'integer' },
    { name: 'serialized-value', type: 'string' },
    { name: 'replace', type: 'pure-token', token: 'REPLACE', since: '3.0.0', optional: true },
    { name: 'absttl', type: 'pure-token', token: 'ABSTTL', since: '5.0.0', optional: true },
    { name: 'seconds', type: 'integer', token: 'IDLETIME', since: '5.0.0', optional: true },
    { name: 'frequency', type: 'integer', token: 'FREQ', since: '5.0.0', optional: true },
  ],
  gather: 'refuse',
  execute: restore,
} satisfies EngineCommand
