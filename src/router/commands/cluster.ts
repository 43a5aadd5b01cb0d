// CLUSTER, READONLY, READWRITE, ASKING: members route and forward for every client, so none is sent
// redirections yet; the answers are those of a server without cluster mode.

import type { CommandSpec } from '../../api/command.js'
import { error } from '../../api/replies.js'
import { plain, type RouterCommand } from '../command.js'
import { container, specs } from '../specs/cluster.js'
import { specs as more } from '../specs/cluster-more.js'
import { specs as connection } from '../specs/connection.js'

const disabled = error('ERR This instance has cluster support disabled')

function refused(spec: CommandSpec): RouterCommand {
  return { ...spec, run: () => disabled }
}

/** Of Redis 7.2. */
const myShardId = {
  ...plain,
  group: 'cluster',
  name: 'cluster|myshardid',
  arity: 2,
  flags: ['stale'],
  categories: ['@slow'],
  since: '7.2.0',
  summary: 'Return the shard ID of the current node',
  run: () => disabled,
} satisfies RouterCommand

export const cluster: RouterCommand = {
  ...container,
  subcommands: [
    ...Object.values<CommandSpec>(specs).map(refused),
    ...Object.values<CommandSpec>(more).map(refused),
    myShardId,
  ],
}

export const readOnly = refused(connection.readonly)
export const readWrite = refused(connection.readwrite)
export const asking = refused(connection.asking)
