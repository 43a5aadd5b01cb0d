// XINFO CONSUMERS key group.

import { noSuchKey } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import { groupMissing } from './group-arguments.js'
import { findStream } from './stream.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xinfo|consumers',
  arity: 4,
  flags: ['readonly'],
  group: 'stream',
  since: '5.0.0',
  summary: 'List the consumers in a consumer group',
  complexity: 'O(1)',
  categories: ['@read', '@stream', '@slow'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'groupname', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const stream = findStream(context, args[2] as string)
    if (stream === null) return noSuchKey
    if (stream.type === 'error') return stream
    const group = stream.groups.get(args[3] as string)
    if (group === undefined) return groupMissing(args[2] as string, args[3] as string)
    return group.sorted().map(({ name, pending, seenAt, activeAt }): Reply => {
      const idle = Math.max(0, context.present - seenAt)
      const inactive = activeAt < 0 ? -1 : Math.max(0, context.present - activeAt)
      const pairs: Reply[] = ['name', name, 'pending', pending.size, 'idle', idle]
      return { type: 'map', pairs: [...pairs, 'inactive', inactive] }
    })
  },
} satisfies EngineCommand
