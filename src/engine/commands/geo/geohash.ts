// GEOHASH key member [member ...]: standard geohashes of 11 characters.

import type { Reply } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { inSteps } from '../steps.js'
import { asZset } from '../zsets/zset.js'
import { pointIn } from './coordinates.js'
import { geohashText } from './geohash-text.js'

export default {
  name: 'geohash',
  arity: -2,
  flags: ['readonly'],
  group: 'geo',
  since: '3.2.0',
  summary: 'Returns members of a geospatial index as standard geohash strings',
  complexity:
    'O(log(N)) for each member requested, where N is the number of elements in the sorted ' +
    'set.',
  categories: ['@read', '@geo', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'member', type: 'string', multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const zset = asZset(context.lookup(args[1] as string))
    if (zset?.type === 'error') return zset
    const found: Reply[] = []
    return inSteps(context, args.length - 2, {
      visit(index) {
        const point = zset === null ? undefined : pointIn(zset, args[index + 2] as string)
        found.push(point === undefined ? null : geohashText(point))
        return true
      },
      finish: () => found,
    })
  },
} satisfies EngineCommand
