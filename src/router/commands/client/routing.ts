// CLIENT ROUTING: how the commands of the connection are routed, whatever its listener says.

import { error, syntaxError } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import { routings } from '../../../api/config.js'
import type { RouterCommand } from '../../command.js'
import { routingOf, setRouting } from '../../routing.js'
import { own } from './parts.js'

const notInDatabase = error(
  'ERR Cluster routing knows database 0 only: SELECT 0 before CLIENT ROUTING CLUSTER',
)

export const routing = {
  ...own,
  name: 'client|routing',
  arity: -2,
  since: '0.1.0',
  summary: 'Answers or sets how commands of the connection are routed.',
  arguments: [
    {
      name: 'routing',
      type: 'oneof',
      optional: true,
      arguments: [
        { name: 'proxy', type: 'pure-token', token: 'PROXY' },
        { name: 'cluster', type: 'pure-token', token: 'CLUSTER' },
        { name: 'default', type: 'pure-token', token: 'DEFAULT' },
      ],
    },
  ],
  run: (session, args, state) => {
    if (args.length === 2) return session.cluster === null ? 'proxy' : 'cluster'
    const word = (args[2] as string).toLowerCase()
    const isDefault = word === 'default'
    const asked = isDefault
      ? routingOf(state, session.listener)
      : routings.find((each) => each === word)
    if (asked === undefined || args.length > 3) return syntaxError
    if (asked === 'cluster' && session.db !== 0) return notInDatabase
    setRouting(session, asked)
    return ok
  },
} satisfies RouterCommand
