// GEOSEARCHSTORE destination source FROMMEMBER member|FROMLONLAT longitude latitude BYRADIUS radius unit|BYBOX width height unit [options].

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
    {
      name: 'from',
      type: 'oneof',
      arguments: [
        { name: 'member', type: 'string', token: 'FROMMEMBER' },
        {
          name: 'longitude_latitude',
          type: 'block',
          token: 'FROMLONLAT',
          arguments: [
            { name: 'longitude', type: 'double' },
            { name: 'latitude', type: 'double' },
          ],
        },
      ],
    },
    {
      name: 'by',
      type: 'oneof',
      arguments: [
        {
          name: 'circle',
          type: 'block',
          arguments: [
            { name: 'radius', type: 'double', token: 'BYRADIUS' },
            {
              name: 'unit',
              type: 'oneof',
              arguments: [
                { name: 'm', type: 'pure-token', token: 'M' },
                { name: 'km', type: 'pure-token', token: 'KM' },
                { name: 'ft', type: 'pure-token', token: 'FT' },
                { name: 'mi', type: 'pure-token', token: 'MI' },
              ],
            },
          ],
        },
        {
          name: 'box',
          type: 'block',
          arguments: [
            { name: 'width', type: 'double', token: 'BYBOX' },
            { name: 'height', type: 'double' },
            {
              name: 'unit',
              type: 'oneof',
              arguments: [
                { name: 'm', type: 'pure-token', token: 'M' },
                { name: 'km', type: 'pure-token', token: 'KM' },
                { name: 'ft', type: 'pure-token', token: 'FT' },
                { name: 'mi', type: 'pure-token', token: 'MI' },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'order',
      type: 'oneof',
      optional: true,
      arguments: [
        { name: 'asc', type: 'pure-token', token: 'ASC' },
        { name: 'desc', type: 'pure-token', token: 'DESC' },
      ],
    },
    {
      name: 'count',
      type: 'block',
      optional: true,
      arguments: [
        { name: 'count', type: 'integer', token: 'COUNT' },
        { name: 'any', type: 'pure-token', token: 'ANY', optional: true },
      ],
    },
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
