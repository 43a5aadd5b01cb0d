// HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES].

import { invalidCursor, wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import { parseCursor } from '../../../api/scan.js'
import { globMatch } from '../../../base/glob.js'
import { hashEncodings } from '../../values/hash.js'
import type { MapPart } from '../../values/map-part.js'
import type { EngineCommand } from '../command.js'
import { scanAll, scanEntries } from '../entry-scan.js'
import { parseScanOptions } from '../scan-options.js'

export default {
  name: 'hscan',
  arity: -3,
  flags: ['readonly'],
  group: 'hash',
  since: '2.8.0',
  summary: 'Incrementally iterate hash fields and associated values',
  complexity:
    'O(1) for every call. O(N) for a complete iteration, including enough command calls ' +
    'for the cursor to return back to 0. N is the number of elements inside the ' +
    'collection..',
  categories: ['@read', '@hash', '@slow'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'cursor', type: 'integer' },
    { name: 'pattern', type: 'pattern', token: 'MATCH', optional: true },
    { name: 'count', type: 'integer', token: 'COUNT', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const cursor = parseCursor(args[2] as string)
    if (cursor === null) return invalidCursor
    const hash = context.lookup(args[1] as string)
    if (hash === undefined) return ['0', []]
    if (typeof hash === 'string' || hash.type !== 'hash') return wrongType
    const options = parseScanOptions(args, 3, 'NOVALUES')
    if ('type' in options) return options
    const { count, pattern, noValues } = options
    const found: Reply[] = []
    const take = (field: string, part: MapPart): void => {
      if (context.isPastTime(part.times?.get(field))) return
      if (pattern !== null && !globMatch(pattern, field)) return
      found.push(field)
      if (!noValues) found.push(part.map.get(field) as string)
    }
    if (hash.encoding === hashEncodings.listpack) return scanAll(hash.body, { take, found })
    return scanEntries(context, hash.body, { cursor, count, take, found })
  },
} satisfies EngineCommand
