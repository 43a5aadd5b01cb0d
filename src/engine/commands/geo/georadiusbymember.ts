// GEORADIUSBYMEMBER key member radius unit [options].

import { unit, withFacts } from './arguments.js'
import { oneOf } from '../../../api/arguments.js'
import type { EngineCommand } from '../command.js'
import { searchCommand } from './search.js'

export default {
  name: 'georadiusbymember',
  arity: -5,
  flags: ['write', 'denyoom', 'movablekeys'],
  group: 'geo',
  since: '3.2.0',
  summary:
    'Query a sorted set representing a geospatial index to fetch members matching a given ' +
    'maximum distance from a member',
  complexity:
    'O(N+log(M)) where N is the number of elements inside the bounding box of the circular ' +
    'area delimited by center and radius and M is the number of items inside the index.',
  history: [['7.0.0', 'Added support for uppercase unit names.']],
  deprecated: {
    since: '6.2.0',
    replacedBy: '`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments',
  },
  categories: ['@write', '@geo', '@slow'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['RO', 'access'] },
    { first: 5, last: 0, step: 1, keyword: 'STORE', flags: ['OW', 'update'] },
    { first: 5, last: 0, step: 1, keyword: 'STOREDIST', flags: ['OW', 'update'] },
  ],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'member', type: 'string' },
    { name: 'radius', type: 'double' },
    unit,
    ...withFacts,
    {
      name: 'count',
      type: 'block',
      optional: true,
      arguments: [
        { name: 'count', type: 'integer', token: 'COUNT' },
        { name: 'any', type: 'pure-token', token: 'ANY', optional: true },
      ],
    },
    oneOf('order', ['asc', 'desc'], { optional: true }),
    { name: 'key', type: 'key', token: 'STORE', keySpec: 1, optional: true },
    { name: 'key', type: 'key', token: 'STOREDIST', keySpec: 2, optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    return searchCommand(context, args, { kind: 'member', at: 1, mayStore: true, target: null })
  },
} satisfies EngineCommand
