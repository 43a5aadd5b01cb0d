// PING [message].

import { wrongArity } from '../../api/replies.js'
import { pong } from '../../api/reply.js'
import { connection, type RouterCommand } from '../command.js'

export default {
  ...connection,
  name: 'ping',
  arity: -1,
  flags: ['fast'],
  since: '1.0.0',
  summary: 'Answers PONG, or the message.',
  tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
  arguments: [{ name: 'message', type: 'string', optional: true }],
  run: (session, args) => {
    if (args.length > 2) return wrongArity('ping')
    // Clients that listen in RESP2 tell it from messages by its shape.
    if (session.subscribed > 0 && session.protocol < 3) return ['pong', args[1] ?? '']
    return args[1] ?? pong
  },
} satisfies RouterCommand
