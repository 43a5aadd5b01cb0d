// GEOSEARCH key FROMMEMBER member|FROMLONLAT longitude latitude BYRADIUS radius unit|BYBOX width height unit [options].

import { withFacts } from './arguments.js'
import { area } from './arguments.js'
import type { EngineCommand } from '../command.js'
import { searchCommand } from './search.js'

export default {
  name: 'geosearch',
  arity: -7,
  flags: ['readonly'],
  group: 'geo',
  since: '6.2.0',
  summary:
    'Query a sorted set representing a geospatial index to fetch members inside an area of a ' +
    'box or a circle.',
  complexity:
    'O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area ' +
    'around the shape provided as the filter and M is the number of items inside the shape',
  history: [['7.0.0', 'Added support for uppercase unit names.']],
  categories: ['@read', '@geo', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }, ...area, ...withFacts],
  gather: 'refuse',
  execute(context, args) {
    return searchCommand(context, args, { kind: 'search', at: 1, mayStore: false, target: null })
  },
} satisfies EngineCommand
