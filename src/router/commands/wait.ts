// WAIT numreplicas timeout. A write here is answered only once a majority holds it, so behind the
// connection's earlier replies (barrier) the truth is known at once: a majority has them, which is that
// many members besides the one that answers. More may have them; nobody is asked, so none is claimed,
// and waiting longer for more would change nothing. Keyspaces that acknowledge locally count nobody.

import { error, notInteger } from '../../api/replies.js'
import { plain, type RouterCommand } from '../command.js'
import { parseInteger } from '../numbers.js'

const negative = error('ERR timeout is negative')
const notTimeout = error('ERR timeout is not an integer or out of range')

export default {
  ...plain,
  group: 'generic',
  name: 'wait',
  arity: 3,
  flags: ['noscript'],
  categories: ['@slow', '@connection'],
  since: '3.0.0',
  summary: 'Answers how many other members hold the earlier writes of the connection.',
  tips: ['request_policy:all_shards', 'response_policy:agg_min'],
  arguments: [
    { name: 'numreplicas', type: 'integer' },
    { name: 'timeout', type: 'integer' },
  ],
  barrier: true,
  run: (_session, args, state) => {
    if (parseInteger(args[1] as string) === null) return notInteger
    const timeout = parseInteger(args[2] as string)
    if (timeout === null) return notTimeout
    if (timeout < 0) return negative
    const isReplicated = state.config.keyspaces.every(
      ({ level }) => level === 'strong' || level === 'sequential',
    )
    return isReplicated ? Math.floor(state.config.members.length / 2) : 0
  },
} satisfies RouterCommand
