// What the documentation of several geo commands shares.

import { oneOf } from '../../../api/arguments.js'
import type { ArgumentDoc } from '../../../api/command.js'

/** Where GEOSEARCH looks, in which order and for how many. */
export const area: readonly ArgumentDoc[] = [
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
          oneOf('unit', ['m', 'km', 'ft', 'mi']),
        ],
      },
      {
        name: 'box',
        type: 'block',
        arguments: [
          { name: 'width', type: 'double', token: 'BYBOX' },
          { name: 'height', type: 'double' },
          oneOf('unit', ['m', 'km', 'ft', 'mi']),
        ],
      },
    ],
  },
  oneOf('order', ['asc', 'desc'], { optional: true }),
  {
    name: 'count',
    type: 'block',
    optional: true,
    arguments: [
      { name: 'count', type: 'integer', token: 'COUNT' },
      { name: 'any', type: 'pure-token', token: 'ANY', optional: true },
    ],
  },
]

export const unit: ArgumentDoc = oneOf('unit', ['m', 'km', 'ft', 'mi'])

/** What is told of each member. */
export const withFacts: readonly ArgumentDoc[] = [
  { name: 'withcoord', type: 'pure-token', token: 'WITHCOORD', optional: true },
  { name: 'withdist', type: 'pure-token', token: 'WITHDIST', optional: true },
  { name: 'withhash', type: 'pure-token', token: 'WITHHASH', optional: true },
]
