// WATCH key [key ...]: EXEC answers null if one of their slots is written to before it.

import { watchInMulti } from '../../../api/replies.js'
import type { RouterCommand } from '../../command.js'
import { deferred } from '../../state.js'
import { watch } from '../../watched-keys.js'
import { ofTransaction } from './parts.js'

export default {
  ...ofTransaction,
  name: 'watch',
  arity: -2,
  since: '2.2.0',
  summary: 'Watch the given keys to determine execution of the MULTI/EXEC block',
  complexity: 'O(1) for every key.',
  keys: [{ first: 1, last: -1, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0, multiple: true }],
  run: (session, args, state) => {
    if (session.transaction !== null) return watchInMulti
    watch(session, args.slice(1), state)
    if (session.watched?.isFull === true) state.kill(session)
    return deferred
  },
} satisfies RouterCommand
