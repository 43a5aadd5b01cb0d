// GEOSEARCHSTORE destination source FROMMEMBER member|FROMLONLAT longitude latitude BYRADIUS radius unit|BYBOX width height unit [options].

import { area } from './arguments.js'
import type { EngineCommand } from '../command.js'
import { searchCommand } from './search.js'

export default {
  name: 'geosearchstore',
  arity: -8,
  flags: ['write', 'denyoom'],
  group: 'geo',
  since: '6.2.0',
  summary:
    'Query a sorted set representing a geospatial index to fetch members inside an area of a ' +
    'box or a circle, and store the result in another key.',
  complexity:
    'O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area ' +
    'around the shape provided as the filter and M is the number of items inside the shape',
  history: [['7.0.0', 'Added support for uppercase unit names.']],
  categories: ['@write', '@geo', '@slow'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['OW', 'update'] },
    { first: 2, last: 2, step: 1, flags: ['RO', 'access'] },
  ],
  arguments: [
    { name: 'destination', type: 'key', keySpec: 0 },
    { name: 'source', type: 'key', keySpec: 1 },
    ...area,
    { name: 'storedist', type: 'pure-token', token: 'STOREDIST', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    return searchCommand(context, args, {
      kind: 'search',
      at: 2,
      mayStore: true,
      target: args[1] as string,
    })
  },
} satisfies EngineCommand
