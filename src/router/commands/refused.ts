// Commands of Redis that a member refuses for good reason, with that reason: DEBUG, REPLICAOF,
// FAILOVER. LOLWUT is not refused.

import { error } from '../../api/replies.js'
import { ok, type Reply } from '../../api/reply.js'
import { admin, plain, type RouterCommand } from '../command.js'
import { redisVersion } from '../version.js'

const noDebug = error(
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
)
const noReplicaOf = error(
  'ERR REPLICAOF is not supported: the members of a cluster replicate by themselves',
)
const noFailover = error(
  'ERR FAILOVER is not supported: the members of a cluster choose leaders by themselves',
)

export const debug = {
  ...admin,
  name: 'debug',
  arity: -2,
  since: '1.0.0',
  summary: 'Refused.',
  run: () => noDebug,
} satisfies RouterCommand

function replicaOfNamed(name: string): RouterCommand {
  return {
    ...admin,
    name,
    arity: 3,
    flags: ['admin', 'noscript', 'stale', 'no_async_loading'],
    since: name === 'slaveof' ? '1.0.0' : '5.0.0',
    summary: 'Refused, save for NO ONE: members replicate by themselves.',
    arguments: [
      { name: 'host', type: 'string' },
      { name: 'port', type: 'integer' },
    ],
    run: (_session, args): Reply => {
      const isNoOne = args[1]?.toLowerCase() === 'no' && args[2]?.toLowerCase() === 'one'
      return isNoOne ? ok : noReplicaOf
    },
  }
}

export const replicaOf = replicaOfNamed('replicaof')
export const slaveOf = replicaOfNamed('slaveof')

export const failover = {
  ...admin,
  name: 'failover',
  arity: -1,
  flags: ['admin', 'noscript', 'stale'],
  since: '6.2.0',
  summary: 'Refused: leaders are chosen by the members.',
  run: () => noFailover,
} satisfies RouterCommand

export const lolwut = {
  ...plain,
  group: 'server',
  name: 'lolwut',
  arity: -1,
  flags: ['readonly', 'fast'],
  categories: ['@read', '@fast'],
  since: '5.0.0',
  summary: 'Answers the versions.',
  run: (_session, _args, state) => ({
    type: 'verbatim',
    format: 'txt',
    text: `Redis ver. ${redisVersion}, Quorate ver. ${state.facts.version}\n`,
  }),
} satisfies RouterCommand
