// RESTORE-ASKING: RESTORE, as members of a Redis Cluster send it to each other.

import { restore } from './restore-value.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'restore-asking',
  arity: -4,
  flags: ['write', 'denyoom', 'asking'],
  group: 'server',
  since: '3.0.0',
  summary: 'An internal command for migrating keys in a cluster',
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
  isInternal: true,
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
