// MULTI: what follows is queued until EXEC.

import { nestedMulti } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import type { RouterCommand } from '../../command.js'
import { Transaction } from '../../transaction.js'
import { ofTransaction } from './parts.js'

export default {
  ...ofTransaction,
  name: 'multi',
  arity: 1,
  since: '1.2.0',
  summary: 'Mark the start of a transaction block',
  run: (session) => {
    if (session.transaction !== null) return nestedMulti
    session.transaction = new Transaction(session.db)
    return ok
  },
} satisfies RouterCommand
