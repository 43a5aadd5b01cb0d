// GEORADIUSBYMEMBER_RO key member radius unit [options].

import { unit, withFacts } from './arguments.js'
import { oneOf } from '../../../api/arguments.js'
import type { EngineCommand } from '../command.js'
import { searchCommand } from './search.js'

export default {
  name: 'georadiusbymember_ro',
  arity: -5,
  flags: ['readonly'],
  group: 'geo',
  since: '3.2.10',
  summary: 'A read-only variant for GEORADIUSBYMEMBER',
  complexity:
    'O(N+log(M)) where N is the number of elements inside the bounding box of the circular ' +
    'area delimited by center and radius and M is the number of items inside the index.',
  deprecated: {
    since: '6.2.0',
    replacedBy: '`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments',
  },
  categories: ['@read', '@geo', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
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
  ],
  gather: 'refuse',
  execute(context, args) {
    return searchCommand(context, args, { kind: 'member', at: 1, mayStore: false, target: null })
  },
} satisfies EngineCommand
