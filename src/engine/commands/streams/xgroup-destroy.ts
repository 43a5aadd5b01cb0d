// XGROUP DESTROY key group.

import { streamArgument } from './group-arguments.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xgroup|destroy',
  arity: 4,
  flags: ['write'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Destroy a consumer group.',
  complexity: "O(N) where N is the number of entries in the group's pending entries list (PEL).",
  categories: ['@write', '@stream', '@slow'],
  tips: [],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RW', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'groupname', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const stream = streamArgument(context, args)
    if ('text' in stream) return stream
    const group = stream.groups.get(args[3] as string)
    if (group === undefined) return 0
    const key = args[2] as string
    context.effects.streams.removeGroup(key, stream, group)
    context.effects.notify('xgroup-destroy', key)
    return 1
  },
} satisfies EngineCommand
