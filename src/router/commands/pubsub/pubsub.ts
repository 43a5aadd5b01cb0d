// PUBSUB: what is listened to, in the whole cluster.

import { globMatch } from '../../../base/glob.js'
import { unknownOrWrongArity } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import { container, helpOf, plain, type RouterCommand } from '../../command.js'
import { type Kind, kinds } from '../../messaging/packets.js'
import type { RouterState } from '../../state.js'

const sub = {
  ...plain,
  group: 'pubsub',
  flags: ['pubsub', 'loading', 'stale'],
  categories: ['@pubsub', '@slow'],
} as const

function listed(kind: Kind) {
  return (_session: unknown, args: readonly string[], state: RouterState): Reply => {
    if (args.length > 3) return unknownOrWrongArity('pubsub', args[1] as string)
    const pattern = args[2]
    const names: string[] = []
    for (const { name } of state.messaging.subscribers.topics(kind).all()) {
      if (pattern === undefined || globMatch(pattern, name)) names.push(name)
    }
    return names
  }
}

function counted(kind: Kind) {
  return (_session: unknown, args: readonly string[], state: RouterState): Reply => {
    const topics = state.messaging.subscribers.topics(kind)
    const pairs: Reply[] = []
    for (let i = 2; i < args.length; i++) {
      pairs.push(args[i] as string, topics.count(args[i] as string))
    }
    return pairs
  }
}

export const pubsub = {
  ...container,
  name: 'pubsub',
  group: 'pubsub',
  since: '2.8.0',
  summary: 'A container for Pub/Sub commands',
  complexity: 'Depends on subcommand.',
  subcommands: [
    {
      ...sub,
      name: 'pubsub|numsub',
      arity: -2,
      since: '2.8.0',
      summary: 'Get the count of subscribers for channels',
      complexity: 'O(N) for the NUMSUB subcommand, where N is the number of requested channels',
      arguments: [{ name: 'channel', type: 'string', optional: true, multiple: true }],
      run: counted(kinds.channel),
    },
    {
      ...sub,
      name: 'pubsub|channels',
      arity: -2,
      since: '2.8.0',
      summary: 'List active channels',
      complexity:
        'O(N) where N is the number of active channels, and assuming constant time pattern matching (relatively short channels and patterns)',
      arguments: [{ name: 'pattern', type: 'pattern', optional: true }],
      run: listed(kinds.channel),
    },
    {
      ...sub,
      name: 'pubsub|numpat',
      arity: 2,
      since: '2.8.0',
      summary: 'Get the count of unique patterns pattern subscriptions',
      run: (_session, _args, state) => state.messaging.subscribers.topics(kinds.pattern).size,
    },
    {
      ...sub,
      name: 'pubsub|shardchannels',
      arity: -2,
      since: '7.0.0',
      summary: 'List active shard channels',
      complexity:
        'O(N) where N is the number of active shard channels, and assuming constant time pattern matching (relatively short shard channels).',
      arguments: [{ name: 'pattern', type: 'pattern', optional: true }],
      run: listed(kinds.shard),
    },
    {
      ...helpOf('pubsub', {
        since: '6.2.0',
        group: 'pubsub',
        lines: [
          'CHANNELS [<pattern>]',
          "    Return the currently active channels matching a <pattern> (default: '*').",
          'NUMPAT',
          '    Return number of subscriptions to patterns.',
          'NUMSUB [<channel> ...]',
          '    Return the number of subscribers for the specified channels, excluding',
          '    pattern subscriptions(default: no channels).',
          'SHARDCHANNELS [<pattern>]',
          "    Return the currently active shard level channels matching a <pattern> (default: '*').",
          'SHARDNUMSUB [<shardchannel> ...]',
          '    Return the number of subscribers for the specified shard level channel(s)',
        ],
      }),
    },
    {
      ...sub,
      name: 'pubsub|shardnumsub',
      arity: -2,
      since: '7.0.0',
      summary: 'Get the count of subscribers for shard channels',
      complexity:
        'O(N) for the SHARDNUMSUB subcommand, where N is the number of requested shard channels',
      arguments: [{ name: 'shardchannel', type: 'string', optional: true, multiple: true }],
      run: counted(kinds.shard),
    },
  ],
} satisfies RouterCommand
