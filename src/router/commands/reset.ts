// RESET: the connection as it was when it connected.

import { specs } from '../specs/connection.js'
import { status } from '../../api/reply.js'
import { forgetUser } from '../authenticate.js'
import type { RouterCommand } from '../command.js'
import { routingOf, setRouting } from '../routing.js'

const done = status('RESET')

export default {
  ...specs.reset,
  barrier: true,
  run: (session, _args, state) => {
    state.messaging.forget(session)
    session.db = 0
    session.transaction = null
    session.watched = null
    session.terms = null
    setRouting(session, routingOf(state, session.listener))
    session.protocol = 2
    session.replyMode = 'on'
    forgetUser(session, state)
    session.facts.name = ''
    session.facts.noEvict = false
    session.facts.noTouch = false
    session.facts.maintenance = 'off'
    return done
  },
} satisfies RouterCommand
