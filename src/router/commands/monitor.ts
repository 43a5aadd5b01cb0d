// MONITOR: the connection sees every command that clients of this member run, until it leaves or RESET.

import { ok, silent } from '../../api/reply.js'
import { admin, type RouterCommand } from '../command.js'

export default {
  ...admin,
  name: 'monitor',
  arity: 1,
  since: '1.0.0',
  summary: 'Listen for all requests received by the server in real time',
  complexity: '',
  barrier: true,
  run: (session, _args, state) => {
    // Redis says nothing to one that looks already.
    if (session.isMonitor) return silent
    state.messaging.monitors.add(session)
    return ok
  },
} satisfies RouterCommand
