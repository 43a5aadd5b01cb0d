// MONITOR: the connection sees every command that clients of this member run, until it leaves or RESET.

import { error } from '../../api/replies.js'
import { ok, silent } from '../../api/reply.js'
import { admin, type RouterCommand } from '../command.js'

const notInTransaction = error("ERR MONITOR isn't allowed for DENY BLOCKING client")

export default {
  ...admin,
  name: 'monitor',
  arity: 1,
  since: '1.0.0',
  summary: 'Listen for all requests received by the server in real time',
  complexity: '',
  barrier: true,
  run: (session, _args, state) => {
    if (!state.mayDefer) return notInTransaction
    // Redis says nothing to one that looks already.
    if (session.isMonitor) return silent
    state.messaging.monitors.add(session)
    return ok
  },
} satisfies RouterCommand
