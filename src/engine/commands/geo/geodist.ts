// GEODIST key member1 member2 [M|KM|FT|MI].

import { oneOf } from '../../../api/arguments.js'
import { syntaxError, unknownUnit } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { asZset } from '../zsets/zset.js'
import { distanceReply, parseUnit, pointIn } from './coordinates.js'
import { distanceBetween } from './earth.js'

export default {
  name: 'geodist',
  arity: -4,
  flags: ['readonly'],
  group: 'geo',
  since: '3.2.0',
  summary: 'Returns the distance between two members of a geospatial index',
  complexity: 'O(log(N))',
  categories: ['@read', '@geo', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'member1', type: 'string' },
    { name: 'member2', type: 'string' },
    oneOf('unit', ['m', 'km', 'ft', 'mi'], { optional: true }),
  ],
  gather: 'refuse',
  execute(context, args) {
    if (args.length > 5) return syntaxError
    const unit = args.length === 5 ? parseUnit(args[4] as string) : 1
    if (unit === null) return unknownUnit
    const zset = asZset(context.lookup(args[1] as string))
    if (zset === null || zset.type === 'error') return zset
    const from = pointIn(zset, args[2] as string)
    const to = pointIn(zset, args[3] as string)
    if (from === undefined || to === undefined) return null
    return distanceReply(distanceBetween(from, to) / unit)
  },
} satisfies EngineCommand
