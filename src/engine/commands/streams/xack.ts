// XACK key group id [id ...]: the number of entries acknowledged.

import type { ErrorReply } from '../../../api/reply.js'
import { inSteps } from '../steps.js'
import { findStream, strictId } from './stream.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xack',
  arity: -4,
  flags: ['write', 'fast'],
  group: 'stream',
  since: '5.0.0',
  summary:
    'Marks a pending message as correctly processed, effectively removing it from the pending entries list of the consumer group. Return value of the command is the number of messages successfully acknowledged, that is, the IDs we were actually able to resolve in the PEL.',
  complexity: 'O(1) for each message ID processed.',
  categories: ['@write', '@stream', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'group', type: 'string' },
    { name: 'id', type: 'string', multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const stream = findStream(context, key)
    if (stream?.type === 'error') return stream
    const group = stream?.groups.get(args[2] as string)
    if (stream === null || group === undefined) return 0
    const ids: string[] = []
    for (let i = 3; i < args.length; i++) {
      const id: string | ErrorReply = strictId(args[i] as string)
      if (typeof id !== 'string') return id
      ids.push(id)
    }
    let count = 0
    return inSteps(context, ids.length, {
      visit(index) {
        const id = ids[index] as string
        if (context.effects.streams.acknowledge(key, stream, { group, id })) count++
        return true
      },
      finish: () => count,
    })
  },
} satisfies EngineCommand
