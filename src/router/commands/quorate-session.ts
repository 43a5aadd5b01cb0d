// QUORATE SESSION GET and SET: what a connection was shown, to be carried to another one, of any member.

import { syntaxError } from '../../api/replies.js'
import { ok } from '../../api/reply.js'
import { plain, type RouterCommand } from '../command.js'
import { setToken, takeToken } from '../terms/session-token.js'

export default {
  ...plain,
  name: 'quorate|session',
  arity: -3,
  flags: ['noscript', 'stale', 'no_multi'],
  categories: ['@slow', '@connection'],
  group: 'connection',
  since: '0.1.0',
  summary:
    'Answers what the connection was shown as a token, or lets it see no less than a token says.',
  arguments: [
    {
      name: 'operation',
      type: 'oneof',
      arguments: [
        { name: 'get', type: 'pure-token', token: 'GET' },
        { name: 'token', type: 'string', token: 'SET' },
      ],
    },
  ],
  barrier: true,
  run: (session, args, state) => {
    const word = (args[2] as string).toLowerCase()
    if (word === 'get' && args.length === 3) return takeToken(state, session)
    if (word !== 'set' || args.length !== 4) return syntaxError
    return setToken(state, session, args[3] as string) ?? ok
  },
} satisfies RouterCommand
