// XINFO STREAM key [FULL [COUNT count]].

import { noSuchKey, notInteger } from '../../../api/replies.js'
import { parseClamped } from '../../values/integer.js'
import type { StreamValue } from '../../values/stream.js'
import type { Reply } from '../../../api/reply.js'
import { idMax, idMin } from '../../values/stream-id.js'
import { wrongOptions } from './group-arguments.js'
import { EntryWalk, entryReply, findStream } from './stream.js'
import { fullReply, headReply } from './xinfo-full.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xinfo|stream',
  arity: -3,
  flags: ['readonly'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Get information about a stream',
  complexity: 'O(1)',
  history: [
    ['6.0.0', 'Added the `FULL` modifier.'],
    [
      '7.0.0',
      'Added the `max-deleted-entry-id`, `entries-added`, `recorded-first-entry-id`, `entries-read` and `lag` fields',
    ],
  ],
  categories: ['@read', '@stream', '@slow'],
  tips: [],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    {
      name: 'full',
      type: 'block',
      token: 'FULL',
      optional: true,
      arguments: [{ name: 'count', type: 'integer', token: 'COUNT', optional: true }],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const stream = findStream(context, args[2] as string)
    if (stream === null) return noSuchKey
    if (stream.type === 'error') return stream
    if (args.length === 3) {
      const pairs = [...headReply(stream), 'groups', stream.groups.size]
      pairs.push('first-entry', edge(stream, false), 'last-entry', edge(stream, true))
      return { type: 'map', pairs }
    }
    const isFull = (args[3] as string).toUpperCase() === 'FULL'
    const hasCount = args.length === 6 && (args[4] as string).toUpperCase() === 'COUNT'
    if (!isFull || (args.length !== 4 && !hasCount)) {
      return wrongOptions('xinfo', args[1] as string)
    }
    const count = hasCount ? parseClamped(args[5] as string) : fullDefault
    if (count === null) return notInteger
    return fullReply(context, stream, count < 0 ? fullDefault : count)
  },
} satisfies EngineCommand

/** Entries that FULL shows where no count is given. */
const fullDefault = 10

function edge(stream: StreamValue, isReverse: boolean): Reply {
  const walk = new EntryWalk(stream, { first: idMin, last: idMax, isReverse })
  const id = walk.next()
  return id === null ? null : entryReply(id, walk.entry)
}
