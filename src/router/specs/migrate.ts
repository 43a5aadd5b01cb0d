// What COMMAND INFO and COMMAND DOCS say of MIGRATE.

import type { CommandSpec } from '../../api/command.js'
import { findMigrateKeys } from '../migration/request.js'

export const migrate = {
  name: 'migrate',
  arity: -6,
  flags: ['write', 'movablekeys'],
  group: 'generic',
  since: '2.6.0',
  summary: 'Atomically transfer a key from a Redis instance to another one.',
  complexity:
    'This command actually executes a DUMP+DEL in the source instance, and a RESTORE in the target instance. See the pages of these commands for time complexity. Also an O(N) data transfer between the two instances is performed.',
  history: [
    ['3.0.0', 'Added the `COPY` and `REPLACE` options.'],
    ['3.0.6', 'Added the `KEYS` option.'],
    ['4.0.7', 'Added the `AUTH` option.'],
    ['6.0.0', 'Added the `AUTH2` option.'],
  ],
  categories: ['@keyspace', '@write', '@slow', '@dangerous'],
  tips: ['nondeterministic_output'],
  keys: [
    { first: 3, last: 3, step: 1, flags: ['RW', 'access', 'delete'] },
    {
      first: -2,
      last: -1,
      step: 1,
      keyword: 'KEYS',
      flags: ['RW', 'access', 'delete', 'incomplete'],
    },
  ],
  findKeys: findMigrateKeys,
  arguments: [
    { name: 'host', type: 'string' },
    { name: 'port', type: 'integer' },
    {
      name: 'key_or_empty_string',
      type: 'oneof',
      arguments: [
        { name: 'key', type: 'key', keySpec: 0 },
        { name: 'empty_string', type: 'pure-token', token: '' },
      ],
    },
    { name: 'destination-db', type: 'integer' },
    { name: 'timeout', type: 'integer' },
    { name: 'copy', type: 'pure-token', token: 'COPY', since: '3.0.0', optional: true },
    { name: 'replace', type: 'pure-token', token: 'REPLACE', since: '3.0.0', optional: true },
    {
      name: 'authentication',
      type: 'oneof',
      optional: true,
      arguments: [
        { name: 'password', type: 'string', token: 'AUTH', since: '4.0.7', optional: true },
        {
          name: 'username_password',
          type: 'block',
          token: 'AUTH2',
          since: '6.0.0',
          optional: true,
          arguments: [
            { name: 'username', type: 'string' },
            { name: 'password', type: 'string' },
          ],
        },
      ],
    },
    {
      name: 'key',
      type: 'key',
      keySpec: 1,
      token: 'KEYS',
      since: '3.0.6',
      optional: true,
      multiple: true,
    },
  ],
  gather: 'refuse',
} satisfies CommandSpec
