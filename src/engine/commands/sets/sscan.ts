// SSCAN key cursor [MATCH pattern] [COUNT count].

import { invalidCursor, wrongType } from '../../../api/replies.js'
import { parseCursor } from '../../../api/scan.js'
import { globMatch } from '../../../base/glob.js'
import { orderedMembers, setEncodings } from '../../values/set.js'
import type { EngineCommand } from '../command.js'
import { scanEntries } from '../entry-scan.js'
import { parseScanOptions } from '../scan-options.js'

export default {
  name: 'sscan',
  arity: -3,
  flags: ['readonly'],
  group: 'set',
  since: '2.8.0',
  summary: 'Incrementally iterate Set elements',
  complexity:
    'O(1) for every call. O(N) for a complete iteration, including enough command calls ' +
    'for the cursor to return back to 0. N is the number of elements inside the ' +
    'collection..',
  categories: ['@read', '@set', '@slow'],
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
    const set = context.lookup(args[1] as string)
    if (set === undefined) return ['0', []]
    if (typeof set === 'string' || set.type !== 'set') return wrongType
    const options = parseScanOptions(args, 3, null)
    if ('type' in options) return options
    const { count, pattern } = options
    const found: string[] = []
    const take = (member: string): void => {
      if (pattern === null || globMatch(pattern, member)) found.push(member)
    }
    if (set.encoding === setEncodings.hashtable) {
      return scanEntries(context, set.body, { cursor, count, take, found })
    }
    for (const member of orderedMembers(set)) take(member)
    return ['0', found]
  },
} satisfies EngineCommand
