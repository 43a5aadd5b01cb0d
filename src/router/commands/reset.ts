// RESET: the connection as it was when it connected.

import { status } from '../../api/reply.js'
import { forgetUser } from '../authenticate.js'
import { always, connection, type RouterCommand } from '../command.js'

const done = status('RESET')

export default {
  ...connection,
  name: 'reset',
  arity: 1,
  flags: [...always, 'fast', 'no_auth', 'allow_busy'],
  since: '6.2.0',
  summary: 'Puts the connection back to where it began.',
  barrier: true,
  run: (session, _args, state) => {
    state.messaging.forget(session)
    session.db = 0
    session.transaction = null
    session.watched = null
    session.protocol = 2
    session.replyMode = 'on'
    forgetUser(session, state)
    session.facts.name = ''
    session.facts.noEvict = false
    session.facts.noTouch = false
    return done
  },
} satisfies RouterCommand
