// SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]: a clean stop of this member. Nothing is answered: the
// connection closes when the process ends.

import { specs } from '../specs/server.js'
import { error, syntaxError } from '../../api/replies.js'
import { silent } from '../../api/reply.js'
import type { RouterCommand } from '../command.js'

const notStopping = error('ERR No shutdown in progress.')

export default {
  ...specs.shutdown,
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
