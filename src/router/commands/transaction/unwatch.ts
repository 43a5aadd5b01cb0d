// UNWATCH: nothing is watched any more.

import { ok } from '../../../api/reply.js'
import type { RouterCommand } from '../../command.js'
import { ofTransaction } from './parts.js'

export default {
  ...ofTransaction,
  name: 'unwatch',
  arity: 1,
  since: '2.2.0',
  summary: 'Forget about all watched keys',
  run: (session) => {
    session.watched = null
    return ok
  },
} satisfies RouterCommand
