// What the documentation of SORT and SORT_RO shares.

import { oneOf } from '../../../api/arguments.js'
import type { ArgumentDoc, KeySpec } from '../../../api/command.js'

export const sortKeys: readonly KeySpec[] = [
  { first: 1, last: 1, step: 1, flags: ['RO', 'access'] },
  {
    first: 0,
    last: 0,
    step: 1,
    flags: ['RO', 'access'],
    find: () => [],
    notes:
      "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort",
  },
]

export const sortArguments: readonly ArgumentDoc[] = [
  { name: 'key', type: 'key', keySpec: 0 },
  { name: 'pattern', type: 'pattern', keySpec: 1, token: 'BY', optional: true },
  {
    name: 'offset_count',
    type: 'block',
    token: 'LIMIT',
    optional: true,
    arguments: [
      { name: 'offset', type: 'integer' },
      { name: 'count', type: 'integer' },
    ],
  },
  {
    name: 'pattern',
    type: 'pattern',
    keySpec: 1,
    token: 'GET',
    optional: true,
    multiple: true,
    multipleToken: true,
  },
  oneOf('order', ['asc', 'desc'], { optional: true }),
  { name: 'sorting', type: 'pure-token', token: 'ALPHA', optional: true },
]
