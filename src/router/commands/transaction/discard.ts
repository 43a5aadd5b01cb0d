// DISCARD: the queue is dropped and nothing is watched any more.

import { discardWithoutMulti } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import type { RouterCommand } from '../../command.js'
import { ofTransaction } from './parts.js'

export default {
  ...ofTransaction,
  name: 'discard',
  arity: 1,
  since: '2.0.0',
  summary: 'Discard all commands issued after MULTI',
  complexity: 'O(N), when N is the number of queued commands',
  run: (session) => {
    if (session.transaction === null) return discardWithoutMulti
    session.transaction = null
    session.watched = null
    return ok
  },
} satisfies RouterCommand
