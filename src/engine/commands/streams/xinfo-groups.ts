// XINFO GROUPS key.

import { noSuchKey } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import { formatId } from '../../values/stream-id.js'
import { findStream } from './stream.js'
import { lagOf, readOf } from './xinfo-full.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xinfo|groups',
  arity: 3,
  flags: ['readonly'],
  group: 'stream',
  since: '5.0.0',
  summary: 'List the consumer groups of a stream',
  complexity: 'O(1)',
  history: [['7.0.0', 'Added the `entries-read` and `lag` fields']],
  categories: ['@read', '@stream', '@slow'],
  tips: [],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const stream = findStream(context, args[2] as string)
    if (stream === null) return noSuchKey
    if (stream.type === 'error') return stream
    return stream.sortedGroups().map((group): Reply => {
      const pairs: Reply[] = ['name', group.name, 'consumers', group.consumers.size]
      pairs.push('pending', group.order.size, 'last-delivered-id', formatId(group.lastId))
      pairs.push('entries-read', readOf(group), 'lag', lagOf(context, stream, group))
      return { type: 'map', pairs }
    })
  },
} satisfies EngineCommand
