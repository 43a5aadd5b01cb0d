// XGROUP DELCONSUMER key group consumer: the number of entries that were pending for it.

import { groupArgument } from './group-arguments.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xgroup|delconsumer',
  arity: 5,
  flags: ['write'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Delete a consumer from a consumer group.',
  complexity: 'O(1)',
  categories: ['@write', '@stream', '@slow'],
  tips: [],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RW', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'groupname', type: 'string' },
    { name: 'consumername', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const found = groupArgument(context, args)
    if ('text' in found) return found
    const { stream, group } = found
    const consumer = group.consumers.get(args[4] as string)
    if (consumer === undefined) return 0
    const key = args[2] as string
    const count = consumer.pending.size
    context.effects.streams.removeConsumer(key, stream, { group, consumer })
    context.effects.notify('xgroup-delconsumer', key)
    return count
  },
} satisfies EngineCommand
