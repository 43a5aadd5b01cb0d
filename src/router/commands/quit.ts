// QUIT: closes the connection once all replies are out.

import { ok } from '../../api/reply.js'
import { always, connection, type RouterCommand } from '../command.js'

export default {
  ...connection,
  name: 'quit',
  arity: -1,
  flags: [...always, 'allow_busy', 'fast', 'no_auth'],
  since: '1.0.0',
  summary: 'Closes the connection.',
  run: (session) => {
    session.finish()
    return ok
  },
} satisfies RouterCommand
