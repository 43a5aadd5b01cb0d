// GEOADD key [NX|XX] [CH] longitude latitude member [longitude latitude member ...].

import { oneOf } from '../../../api/arguments.js'
import { syntaxError } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { plainAdd } from '../zsets/add.js'
import { addPoints } from './add-points.js'

export default {
  name: 'geoadd',
  arity: -5,
  flags: ['write', 'denyoom'],
  group: 'geo',
  since: '3.2.0',
  summary:
    'Add one or more geospatial items in the geospatial index represented using a sorted set',
  complexity: 'O(log(N)) for each item added, where N is the number of elements in the sorted set.',
  history: [['6.2.0', 'Added the `CH`, `NX` and `XX` options.']],
  categories: ['@write', '@geo', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    oneOf('condition', ['nx', 'xx'], { since: '6.2.0', optional: true }),
    { name: 'change', type: 'pure-token', token: 'CH', since: '6.2.0', optional: true },
    {
      name: 'longitude_latitude_member',
      type: 'block',
      multiple: true,
      arguments: [
        { name: 'longitude', type: 'double' },
        { name: 'latitude', type: 'double' },
        { name: 'member', type: 'string' },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const options = { ...plainAdd }
    let from = 2
    for (; from < args.length; from++) {
      const word = (args[from] as string).toUpperCase()
      if (word === 'NX') options.nx = true
      else if (word === 'XX') options.xx = true
      else if (word === 'CH') options.ch = true
      else break
    }
    const count = args.length - from
    if (count === 0 || count % 3 > 0 || (options.nx && options.xx)) return syntaxError
    return addPoints(context, args, { from, options })
  },
} satisfies EngineCommand
