// EXEC: everything queued since MULTI, as one entry of one group.

import { execWithoutMulti } from '../../../api/replies.js'
import type { RouterCommand } from '../../command.js'
import { execute } from '../../transaction.js'
import { ofTransaction } from './parts.js'

export default {
  ...ofTransaction,
  name: 'exec',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'skip_slowlog'],
  categories: ['@slow', '@transaction'],
  since: '1.2.0',
  summary: 'Execute all commands issued after MULTI',
  complexity: 'Depends on commands in the transaction',
  run: (session, _args, state) => {
    if (session.transaction === null) return execWithoutMulti
    return execute(session, state)
  },
} satisfies RouterCommand
