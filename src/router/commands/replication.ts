// What Redis' replication is asked for: REPLICAOF, SLAVEOF, FAILOVER, ROLE, SYNC, PSYNC, REPLCONF. Members
// replicate by themselves, so nobody else may follow one, and one follows nobody else.

import { error, notInteger, syntaxError } from '../../api/replies.js'
import { ok, type Reply, silent } from '../../api/reply.js'
import type { CommandSpec } from '../../api/command.js'
import type { RouterCommand } from '../command.js'
import { replicas } from '../info/replicas.js'
import { parseInteger } from '../numbers.js'
import { specs } from '../specs/server.js'
import type { Run } from '../state.js'

const notReplicaOf = error('ERR REPLICAOF not allowed in cluster mode.')
const notMaster = error("NOMASTERLINK Can't SYNC while not connected with my master")
const noFailover = error('ERR No failover in progress.')
const noReplicas = error('ERR FAILOVER requires connected replicas.')
const notLeader = error('ERR FAILOVER is not valid when server is a replica.')
const noTarget = error('ERR FAILOVER target HOST and PORT is not a replica.')
const badTimeout = error('ERR FAILOVER timeout must be greater than 0')
const forceAlone = error(
  'ERR FAILOVER with force option requires both a timeout and target HOST and IP.',
)
const addressCharsMax = 255

const follow: Run = (_session, args): Reply => {
  const isNoOne = args[1]?.toLowerCase() === 'no' && args[2]?.toLowerCase() === 'one'
  return isNoOne ? ok : notReplicaOf
}

function named(spec: CommandSpec, run: Run): RouterCommand {
  return { ...spec, run }
}

export const replicaOf = named(specs.replicaof, follow)
export const slaveOf = named(specs.slaveof, follow)

/** Leadership of the groups that this member leads goes to another one, or to the one that is named. */
export const failover = named(specs.failover, (_session, args, state) => {
  let target: string | null = null
  let timeout: number | null = null
  let isForced = false
  if (args.length === 2 && args[1]?.toLowerCase() === 'abort') return noFailover
  for (let at = 1; at < args.length; at++) {
    const word = (args[at] as string).toLowerCase()
    if (word === 'timeout' && at + 1 < args.length && timeout === null) {
      timeout = parseInteger(args[++at] as string)
      if (timeout === null) return notInteger
      if (timeout <= 0) return badTimeout
    } else if (word === 'to' && at + 2 < args.length && target === null) {
      const port = parseInteger(args[at + 2] as string)
      if (port === null) return notInteger
      target = `${args[at + 1]}:${port}`
      at += 2
    } else if (word === 'force' && !isForced) isForced = true
    else return syntaxError
  }
  const others = replicas(state)
  if (others.length === 0) return noReplicas
  if (isForced && (timeout === null || target === null)) return forceAlone
  if (!state.groups.some((group) => group.report().role === 'leader')) return notLeader
  const found = target === null ? null : others.find(({ address }) => address === target)
  if (found === undefined) return noTarget
  state.cluster.handOver(found === null ? null : found.id)
  return ok
})

export const role = named(specs.role, (_session, _args, state) => [
  'master',
  state.groups.reduce((sum, group) => sum + group.report().applied, 0),
  replicas(state).map(({ host, port, offset }) => [host, String(port), String(offset)]),
])

export const sync = named(specs.sync, () => notMaster)
export const psync = named(specs.psync, (_session, args) =>
  parseInteger(args[2] as string) === null ? notInteger : notMaster,
)

/** Taken as Redis takes it; SYNC behind it is refused. */
export const replConf = named(specs.replconf, (_session, args) => {
  if (args.length % 2 === 0) return syntaxError
  for (let at = 1; at < args.length; at += 2) {
    const option = args[at] as string
    const value = args[at + 1] as string
    switch (option.toLowerCase()) {
      case 'ack':
      case 'getack':
        return silent
      case 'listening-port':
      case 'rdb-only':
        if (parseInteger(value) === null) return notInteger
        break
      case 'ip-address':
        if (value.length > addressCharsMax) {
          return error(
            `ERR REPLCONF ip-address provided by replica instance is too long: ${value.length} bytes`,
          )
        }
        break
      case 'capa':
      case 'rdb-filter-only':
        break
      default:
        return error(`ERR Unrecognized REPLCONF option: ${option.slice(0, 128)}`)
    }
  }
  return ok
})
