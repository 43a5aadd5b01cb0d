// PING [message].

import { specs } from '../specs/connection.js'
import { wrongArity } from '../../api/replies.js'
import { pong } from '../../api/reply.js'
import type { RouterCommand } from '../command.js'

export default {
  ...specs.ping,
  run: (session, args) => {
    if (args.length > 2) return wrongArity('ping')
    // Clients that listen in RESP2 tell it from messages by its shape.
    if (session.subscribed > 0 && session.protocol < 3) return ['pong', args[1] ?? '']
    return args[1] ?? pong
  },
} satisfies RouterCommand
