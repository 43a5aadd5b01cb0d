// GEOPOS key member [member ...].

import { nullArray, type Reply } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { inSteps } from '../steps.js'
import { asZset } from '../zsets/zset.js'
import { pointIn, pointReply } from './coordinates.js'

export default {
  name: 'geopos',
  arity: -2,
  flags: ['readonly'],
  group: 'geo',
  since: '3.2.0',
  summary: 'Returns longitude and latitude of members of a geospatial index',
  complexity: 'O(N) where N is the number of members requested.',
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
        found.push(point === undefined ? nullArray : pointReply(point))
        return true
      },
      finish: () => found,
    })
  },
} satisfies EngineCommand
