// ECHO message.

import { connection, type RouterCommand } from '../command.js'

export default {
  ...connection,
  name: 'echo',
  arity: 2,
  flags: ['loading', 'stale', 'fast'],
  since: '1.0.0',
  summary: 'Answers the message.',
  arguments: [{ name: 'message', type: 'string' }],
  run: (_session, args) => args[1] as string,
} satisfies RouterCommand
