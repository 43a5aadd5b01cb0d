// XGROUP CREATECONSUMER key group consumer.

import { groupArgument } from './group-arguments.js'
import { makeConsumer } from './read-group.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xgroup|createconsumer',
  arity: 5,
  flags: ['write', 'denyoom'],
  group: 'stream',
  since: '6.2.0',
  summary: 'Create a consumer in a consumer group.',
  complexity: 'O(1)',
  categories: ['@write', '@stream', '@slow'],
  tips: [],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RW', 'insert'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'groupname', type: 'string' },
    { name: 'consumername', type: 'string' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const found = groupArgument(context, args)
    if ('text' in found) return found
    const name = args[4] as string
    if (found.group.consumers.has(name)) return 0
    makeConsumer(context, { ...found, key: args[2] as string }, name)
    return 1
  },
} satisfies EngineCommand
