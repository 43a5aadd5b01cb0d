// PUBLISH and SPUBLISH: a message to whoever listens, on any member.

import { plain, type RouterCommand } from '../../command.js'
import { kinds } from '../../messaging/packets.js'

const common = {
  ...plain,
  group: 'pubsub',
  arity: 3,
  flags: ['pubsub', 'loading', 'stale', 'fast'],
  categories: ['@pubsub', '@fast'],
  // It takes effect after everything that the connection sent before.
  barrier: true,
} as const

export const publish = {
  ...common,
  name: 'publish',
  since: '2.0.0',
  summary: 'Post a message to a channel',
  complexity:
    'O(N+M) where N is the number of clients subscribed to the receiving channel and M is the total number of subscribed patterns (by any client).',
  arguments: [
    { name: 'channel', type: 'string' },
    { name: 'message', type: 'string' },
  ],
  run: (_session, args, state) =>
    state.messaging.publish(kinds.channel, args[1] as string, args[2] as string),
} satisfies RouterCommand

export const spublish = {
  ...common,
  name: 'spublish',
  since: '7.0.0',
  summary: 'Post a message to a shard channel',
  complexity: 'O(N) where N is the number of clients subscribed to the receiving shard channel.',
  keys: [{ first: 1, last: 1, step: 1, flags: ['not_key'] }],
  arguments: [
    { name: 'shardchannel', type: 'string' },
    { name: 'message', type: 'string' },
  ],
  run: (_session, args, state) =>
    state.messaging.publish(kinds.shard, args[1] as string, args[2] as string),
} satisfies RouterCommand
