// SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE and what ends them. Each name is confirmed by a message of its own;
// dispatch holds the confirmations back until the other members know.

import { tooManySubscriptions } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { ArgumentDoc, KeySpec } from '../../../api/command.js'
import { limits } from '../../../api/limits.js'
import { plain, type RouterCommand } from '../../command.js'
import { type Kind, kinds } from '../../messaging/packets.js'
import type { Session } from '../../session.js'
import type { RouterState } from '../../state.js'

const pubsub = {
  ...plain,
  group: 'pubsub',
  flags: ['pubsub', 'noscript', 'loading', 'stale'],
  categories: ['@pubsub', '@slow'],
  barrier: true,
} as const

/** Shard channels stand where keys do, so that clients find the member. */
const shardKeys: readonly KeySpec[] = [{ first: 1, last: -1, step: 1, flags: ['not_key'] }]

function channelNames(name: string, optional: boolean): readonly ArgumentDoc[] {
  return [{ name, type: 'string', ...(optional ? { optional } : {}), multiple: true }]
}

/** Redis counts channels and patterns together, and shard channels apart. */
function countOf(session: Session, kind: Kind, state: RouterState): number {
  const { subscribers } = state.messaging
  if (kind === kinds.shard) return subscribers.countOf(session, kinds.shard)
  return subscribers.countOf(session, kinds.channel) + subscribers.countOf(session, kinds.pattern)
}

function start(kind: Kind, word: string) {
  return (session: Session, args: readonly string[], state: RouterState): Reply => {
    const { subscribers } = state.messaging
    if (session.subscribed + args.length - 1 > limits.subscriptionsMax) return tooManySubscriptions
    const items: Reply[] = []
    for (let i = 1; i < args.length; i++) {
      const name = args[i] as string
      subscribers.add(session, kind, name)
      items.push({ type: 'push', items: [word, name, countOf(session, kind, state)] })
    }
    return { type: 'many', items }
  }
}

function end(kind: Kind, word: string) {
  return (session: Session, args: readonly string[], state: RouterState): Reply => {
    const { subscribers } = state.messaging
    const names = args.length > 1 ? args.slice(1) : subscribers.namesOf(session, kind)
    const items: Reply[] = []
    for (const name of names) {
      subscribers.remove(session, kind, name)
      items.push({ type: 'push', items: [word, name, countOf(session, kind, state)] })
    }
    if (items.length === 0) {
      items.push({ type: 'push', items: [word, null, countOf(session, kind, state)] })
    }
    return { type: 'many', items }
  }
}

export const subscribe = {
  ...pubsub,
  name: 'subscribe',
  arity: -2,
  since: '2.0.0',
  summary: 'Listen for messages published to the given channels',
  complexity: 'O(N) where N is the number of channels to subscribe to.',
  arguments: channelNames('channel', false),
  run: start(kinds.channel, 'subscribe'),
} satisfies RouterCommand

export const unsubscribe = {
  ...pubsub,
  name: 'unsubscribe',
  arity: -1,
  since: '2.0.0',
  summary: 'Stop listening for messages posted to the given channels',
  complexity: 'O(N) where N is the number of clients already subscribed to a channel.',
  arguments: channelNames('channel', true),
  run: end(kinds.channel, 'unsubscribe'),
} satisfies RouterCommand

export const psubscribe = {
  ...pubsub,
  name: 'psubscribe',
  arity: -2,
  since: '2.0.0',
  summary: 'Listen for messages published to channels matching the given patterns',
  complexity: 'O(N) where N is the number of patterns the client is already subscribed to.',
  arguments: [
    {
      name: 'pattern',
      type: 'block',
      multiple: true,
      arguments: [{ name: 'pattern', type: 'pattern' }],
    },
  ],
  run: start(kinds.pattern, 'psubscribe'),
} satisfies RouterCommand

export const punsubscribe = {
  ...pubsub,
  name: 'punsubscribe',
  arity: -1,
  since: '2.0.0',
  summary: 'Stop listening for messages posted to channels matching the given patterns',
  complexity:
    'O(N+M) where N is the number of patterns the client is already subscribed and M is the number of total patterns subscribed in the system (by any client).',
  arguments: [{ name: 'pattern', type: 'pattern', optional: true, multiple: true }],
  run: end(kinds.pattern, 'punsubscribe'),
} satisfies RouterCommand

export const ssubscribe = {
  ...pubsub,
  name: 'ssubscribe',
  arity: -2,
  since: '7.0.0',
  summary: 'Listen for messages published to the given shard channels',
  complexity: 'O(N) where N is the number of shard channels to subscribe to.',
  keys: shardKeys,
  arguments: channelNames('shardchannel', false),
  run: start(kinds.shard, 'ssubscribe'),
} satisfies RouterCommand

export const sunsubscribe = {
  ...pubsub,
  name: 'sunsubscribe',
  arity: -1,
  since: '7.0.0',
  summary: 'Stop listening for messages posted to the given shard channels',
  complexity: 'O(N) where N is the number of clients already subscribed to a shard channel.',
  keys: shardKeys,
  arguments: channelNames('shardchannel', true),
  run: end(kinds.shard, 'sunsubscribe'),
} satisfies RouterCommand
