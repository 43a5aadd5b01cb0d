// QUORATE STATUS, EXPLAIN, RECOVER, HELP: what the operator asks of a member beyond Redis. The CLI uses it.

import { error, notInteger, syntaxError } from '../../api/replies.js'
import { ok } from '../../api/reply.js'
import { admin, container, helpOf, type RouterCommand } from '../command.js'
import { parseInteger } from '../numbers.js'
import { clusterStatus } from '../status.js'
import explain from './quorate-explain.js'

const status = {
  ...admin,
  flags: ['loading', 'stale', 'allow_busy'],
  categories: ['@slow'],
  name: 'quorate|status',
  arity: 2,
  since: '0.1.0',
  summary: 'Answers the status of cluster, members and groups as JSON.',
  tips: ['nondeterministic_output'],
  run: (_session, _args, state) => JSON.stringify(clusterStatus(state)),
} satisfies RouterCommand

const recover = {
  ...admin,
  name: 'quorate|recover',
  arity: -3,
  since: '0.1.0',
  summary: 'Lets halted groups go on with the longest log that is left: writes may be lost.',
  arguments: [
    { name: 'accept-loss', type: 'pure-token', token: 'ACCEPT-LOSS' },
    { name: 'group', type: 'integer', optional: true },
  ],
  run: (_session, args, state) => {
    if ((args[2] as string).toLowerCase() !== 'accept-loss' || args.length > 4) return syntaxError
    const given = args[3] === undefined ? null : parseInteger(args[3])
    if (args[3] !== undefined && given === null) return notInteger
    const group = given === null ? null : state.groups[given]
    if (group === undefined) return error('ERR There is no such group, see QUORATE STATUS')
    const refused = state.cluster.acceptLoss(group === null ? null : group.id)
    return refused === null ? ok : error(`ERR ${refused}`)
  },
} satisfies RouterCommand

export default {
  ...container,
  group: 'server',
  name: 'quorate',
  since: '0.1.0',
  summary: 'Commands about the cluster.',
  complexity: 'Depends on subcommand.',
  subcommands: [
    helpOf('quorate', {
      since: '0.1.0',
      group: 'server',
      lines: [
        'EXPLAIN <key>',
        '    Says where a key lives, how it is replicated, and what an answer about it means.',
        'STATUS',
        '    Answers members and replication groups as JSON.',
        'RECOVER ACCEPT-LOSS [<group>]',
        '    Lets halted groups go on with the longest log that is left. Writes may be lost.',
      ],
    }),
    explain,
    recover,
    status,
  ],
} satisfies RouterCommand
