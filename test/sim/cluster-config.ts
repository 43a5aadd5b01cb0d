// The configuration of one simulated member, as `src/config` would have made it from a file.

import type { Config, KeyspaceConfig } from '../../src/api/config.js'
import type { MemberId } from '../../src/api/ids.js'
import { limits } from '../../src/api/limits.js'
import type { Profile } from './profile.js'
import { rootedKeyspace } from './rooted.js'

export function simConfig(profile: Profile, self: MemberId): Config {
  const all = Array.from({ length: profile.members }, (_, index) => ({
    id: (index + 1) as MemberId,
    name: `m${index + 1}`,
    client: { host: '127.0.0.1', port: 7001 + index },
    peer: { host: '127.0.0.1', port: 17001 + index },
  }))
  // Who comes later names those that were there.
  const founders = profile.fleet ?? profile.members
  const members = all.filter(({ id }) => id <= founders || id === self)
  return {
    cluster: 'simulated',
    self,
    members,
    keyspaces: keyspaces(profile),
    shards: profile.shards,
    shardGroups: profile.placement?.map((ids, id) => {
      return { id, weight: 1, members: ids as readonly MemberId[] }
    }),
    gathersWrites: true,
    listeners: [{ name: 'resp', door: 'resp', host: '127.0.0.1', port: 7000 + self, path: null }],
    directory: 'simulated',
    bootstrap: false,
    password: null,
    protectedMode: true,
    aclFile: null,
    users: null,
    debugCommand: 'no',
    settings: [],
    peersInsecure: false,
    maxMemory: 0,
    clientsMax: limits.clientsMax,
    bulkBytesMax: limits.bulkBytesMax,
    databases: limits.databases,
    requestMs: profile.requestMs,
    sessionWaitMs: profile.sessionWaitMs,
    clockSkewMs: 500,
    recoverWaitMs: profile.recoverWaitMs,
    checkpointLogBytes: profile.checkpointLogBytes,
    checkpointKeysPerSecond: limits.checkpointKeysPerSecond,
    checkpointIntervalMs: profile.checkpointIntervalMs,
    freeSpaceReserveBytes: 1024 * 1024,
    logLevel: 'info',
  }
}

/** One keyspace per prefix of the workload; the default one comes last, one that is rooted first. */
function keyspaces(profile: Profile): readonly KeyspaceConfig[] {
  const own = [...profile.workload.prefixes].reverse().map((prefix) => ({
    name: prefix === '' ? 'default' : 'other',
    prefixes: prefix === '' ? [] : [prefix],
    databases: null,
    level: profile.level,
    strategy: profile.strategy,
    durability: profile.durability,
    maxMemory: profile.maxMemory,
    maxMemoryPolicy: profile.evictionPolicy,
    options: strategyOptions(profile),
  }))
  return profile.rooted ? [rootedKeyspace, ...own] : own
}

function strategyOptions(profile: Profile): Readonly<Record<string, unknown>> {
  const { electionMs, strategy, options } = profile
  const heartbeatMs = Math.floor(electionMs / 6)
  if (strategy === 'raft')
    return { heartbeatMs, electionMinMs: electionMs, electionMaxMs: electionMs * 2, ...options }
  if (strategy !== 'zab') return options
  const { lease: _, ...rest } = options
  return { heartbeatMs, silenceMs: electionMs, initMs: electionMs * 6, ...rest }
}
