// SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]: a clean stop of this member. Nothing is answered: the
// connection closes when the process ends.

import { error, syntaxError } from '../../api/replies.js'
import { silent } from '../../api/reply.js'
import { admin, type RouterCommand } from '../command.js'

const notStopping = error('ERR No shutdown in progress.')

export default {
  ...admin,
  name: 'shutdown',
  arity: -1,
  flags: ['admin', 'noscript', 'loading', 'stale', 'no_multi', 'allow_busy'],
  since: '1.0.0',
  summary: 'Stops the member after handing leadership over.',
  complexity: 'O(N) where N is the number of entries that are not on disk yet',
  arguments: [
    {
      name: 'nosave_save',
      type: 'oneof',
      optional: true,
      arguments: [
        { name: 'nosave', type: 'pure-token', token: 'NOSAVE' },
        { name: 'save', type: 'pure-token', token: 'SAVE' },
      ],
    },
    { name: 'now', type: 'pure-token', token: 'NOW', optional: true },
    { name: 'force', type: 'pure-token', token: 'FORCE', optional: true },
    { name: 'abort', type: 'pure-token', token: 'ABORT', optional: true },
  ],
  barrier: true,
  run: (_session, args, state) => {
    const words = new Set(args.slice(1).map((word) => word.toLowerCase()))
    for (const word of words) {
      if (!['nosave', 'save', 'now', 'force', 'abort'].includes(word)) return syntaxError
    }
    if (words.has('nosave') && words.has('save')) return syntaxError
    if (words.has('abort')) return words.size > 1 ? syntaxError : notStopping
    state.cluster.requestStop()
    return silent
  },
} satisfies RouterCommand
