// XDEL key id [id ...]: the number of entries removed.

import type { ErrorReply } from '../../../api/reply.js'
import { inSteps } from '../steps.js'
import { streamToWrite, strictId } from './stream.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xdel',
  arity: -3,
  flags: ['write', 'fast'],
  group: 'stream',
  since: '5.0.0',
  summary:
    'Removes the specified entries from the stream. Returns the number of items actually deleted, that may be different from the number of IDs passed in case certain IDs do not exist.',
  complexity: 'O(1) for each single item to delete in the stream, regardless of the stream size.',
  categories: ['@write', '@stream', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'id', type: 'string', multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const stream = streamToWrite(context, key)
    if (stream === null) return 0
    if (stream.type === 'error') return stream
    const ids: string[] = []
    for (let i = 2; i < args.length; i++) {
      const id: string | ErrorReply = strictId(args[i] as string)
      if (typeof id !== 'string') return id
      ids.push(id)
    }
    let count = 0
    return inSteps(context, ids.length, {
      visit(index) {
        if (context.effects.streams.remove(key, stream, ids[index] as string)) count++
        return true
      },
      finish() {
        if (count > 0) context.effects.notify('xdel', key)
        return count
      },
    })
  },
} satisfies EngineCommand
