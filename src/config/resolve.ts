// The checks that need more than one option, and the last step to a `Config`: who this member is, the
// default keyspace, listeners, keys of one-byte characters. Faults name the line of the offending part.

import {
  type Config,
  durabilities,
  type KeyspaceConfig,
  type Level,
  levels,
  type ListenerConfig,
  type MemberConfig,
  routings,
  peerPortOffset,
} from '../api/config.js'
import type { MemberId } from '../api/ids.js'
import type { ConfigError } from '../base/errors.js'
import { isLoopback, writeAddress } from './address.js'
import { oneByte, resolveUsers, writeSetting } from './users.js'
import type { RawConfig } from './schema.js'
import { resolveShards } from './shards.js'
import { showValue, type Source, type TreePath } from './source.js'

/** Texts of the flags that are not options: they change this member and the default keyspace. */
export interface SelfOverrides {
  readonly host?: string
  readonly port?: string
  readonly routing?: string
  readonly level?: string
  readonly durability?: string
}

export function resolveConfig(source: Source, raw: RawConfig, overrides: SelfOverrides): Config {
  const fail = (path: TreePath, given: unknown, allowed: string): ConfigError =>
    source.fault(path, typeof given === 'string' ? given : showValue(given), allowed)
  const { members, self } = resolveMembers(raw, overrides, fail)
  return {
    cluster: raw.cluster,
    self: self.id,
    members,
    keyspaces: resolveKeyspaces(raw, overrides, fail),
    ...resolveShards(raw, members, fail),
    gathersWrites: raw['cross-group-writes'] === 'gather',
    listeners: resolveListeners({ raw, self }, overrides, fail),
    directory: raw.directory,
    bootstrap: raw.bootstrap,
    password: raw.security.password === null ? null : oneByte(raw.security.password),
    protectedMode: raw.security['protected-mode'],
    aclFile: raw.security['acl-file'],
    users: resolveUsers(raw, fail),
    debugCommand: raw.security['debug-command'],
    settings: Object.entries(raw.settings).map(([name, value]) => [name, writeSetting(value)]),
    peersInsecure: raw.peers.insecure,
    maxMemory: raw.memory.max,
    clientsMax: raw.clients.max,
    bulkBytesMax: raw.clients['bulk-max'],
    databases: raw.clients.databases,
    requestMs: raw.clients['request-timeout'],
    sessionWaitMs: raw.clients['session-wait'],
    clockSkewMs: raw.clock['skew-max'],
    recoverWaitMs: raw.recovery.wait,
    checkpointLogBytes: raw.checkpoint['log-size'],
    checkpointKeysPerSecond: raw.checkpoint['keys-per-second'],
    checkpointIntervalMs: raw.checkpoint.interval,
    freeSpaceReserveBytes: raw.disk.reserve,
    logLevel: raw.log.level,
  }
}

type Fail = (path: TreePath, given: unknown, allowed: string) => ConfigError

function resolveMembers(
  raw: RawConfig,
  overrides: SelfOverrides,
  fail: Fail,
): { readonly members: readonly MemberConfig[]; readonly self: MemberConfig } {
  const given = raw.members.length > 0 ? raw.members : [loneMember]
  const at = selfIndex(given.map(nameMember), raw, overrides, fail)
  const named = given.map((member, i) => (i === at ? moveMember(member, overrides, fail) : member))
  const members = named.map((member, i) => {
    const client = member.client
    const peer = member.peer ?? { host: client.host, port: client.port + peerPortOffset }
    if (peer.port > 65535) {
      throw fail(
        ['members', i, 'client'],
        writeAddress(client),
        `a port up to ${65535 - peerPortOffset}, or an own \`peer\` address`,
      )
    }
    if (!raw.peers.insecure && !isLoopback(peer.host)) {
      throw fail(
        ['members', i, 'peer'],
        writeAddress(peer),
        'a loopback address, unless peers.insecure is true: peers are not authenticated',
      )
    }
    const cluster = member.cluster ?? undefined
    return { id: member.id as MemberId, name: nameMember(member), client, cluster, peer }
  })
  refuseDoubles(members, fail)
  const self = members[at] as MemberConfig
  return { members: members.toSorted((a, b) => a.id - b.id), self }
}

type RawMember = RawConfig['members'][number]

const loneMember: RawMember = {
  id: 1,
  name: null,
  client: { host: '127.0.0.1', port: 6379 },
  cluster: null,
  peer: null,
}

function nameMember(member: { readonly id: number; readonly name: string | null }): string {
  return member.name ?? `m${member.id}`
}

function selfIndex(
  names: readonly string[],
  raw: RawConfig,
  overrides: SelfOverrides,
  fail: Fail,
): number {
  const ids = raw.members.map((member) => member.id)
  const allowed = `one of ${names.map((name, i) => `${ids[i] ?? 1} (${name})`).join(', ')}`
  if (raw.self !== null) {
    const byId = ids.indexOf(Number(raw.self))
    const found = byId >= 0 ? byId : names.indexOf(String(raw.self))
    if (found < 0) throw fail(['self'], raw.self, allowed)
    return found
  }
  if (names.length === 1) return 0
  const matching = raw.members.filter((member) => String(member.client.port) === overrides.port)
  const [match] = matching
  if (match === undefined || matching.length > 1)
    throw fail(['self'], null, `${allowed}; or --port of one of them`)
  return raw.members.indexOf(match)
}

/** `--host` and `--port` move this member's client address. */
function moveMember(member: RawMember, overrides: SelfOverrides, fail: Fail): RawMember {
  const port = overrides.port === undefined ? member.client.port : Number(overrides.port)
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw fail(['port'], overrides.port, 'an integer from 1 to 65535')
  }
  return { ...member, client: { host: overrides.host ?? member.client.host, port } }
}

function refuseDoubles(members: readonly MemberConfig[], fail: Fail): void {
  const seen = new Map<string, number>()
  members.forEach((member, i) => {
    const marks: readonly (readonly [string, string, string])[] = [
      ['id', `id ${member.id}`, String(member.id)],
      ['name', `name ${member.name}`, member.name],
      ['client', `address ${writeAddress(member.client)}`, writeAddress(member.client)],
      ...(member.cluster === undefined
        ? []
        : [
            [
              'cluster',
              `address ${writeAddress(member.cluster)}`,
              writeAddress(member.cluster),
            ] as const,
          ]),
      ['peer', `address ${writeAddress(member.peer)}`, writeAddress(member.peer)],
    ]
    for (const [option, mark, given] of marks) {
      const first = seen.get(mark)
      if (first !== undefined)
        throw fail(['members', i, option], given, `one that no other has; members[${first}] has it`)
      seen.set(mark, i)
    }
  })
}

function resolveListeners(
  { raw, self }: { readonly raw: RawConfig; readonly self: MemberConfig },
  overrides: SelfOverrides,
  fail: Fail,
): readonly ListenerConfig[] {
  const { routing } = overrides
  const given = routings.find((each) => each === routing)
  if (routing !== undefined && given === undefined)
    throw fail(['routing'], routing, `one of ${routings.join(', ')}`)
  const common = { door: 'resp', path: null } as const
  const own: readonly ListenerConfig[] = [
    { name: 'clients', ...self.client, ...common },
    ...(self.cluster === undefined
      ? []
      : [{ name: 'cluster', ...self.cluster, ...common, routing: 'cluster' } as const]),
  ]
  const listeners = raw.listeners.length > 0 ? raw.listeners : own
  listeners.forEach(({ name, routing: own }, i) => {
    const first = listeners.find((each) => each.name === name)
    // A connection knows its listener by name.
    if (first?.routing !== own)
      throw fail(['listeners', i, 'name'], name, 'a name that no listener of other routing has')
  })
  return given === undefined ? listeners : listeners.map((each) => ({ ...each, routing: given }))
}

function resolveKeyspaces(
  raw: RawConfig,
  overrides: SelfOverrides,
  fail: Fail,
): readonly KeyspaceConfig[] {
  const named: KeyspaceConfig[] = []
  const names = new Set<string>()
  const owners = new Map<
    string,
    { readonly name: string; readonly databases: readonly number[] | null }[]
  >()
  let fallback: KeyspaceConfig | null = null
  raw.keyspaces.forEach((given, i) => {
    const keyspace = toKeyspace(given)
    if (names.has(keyspace.name))
      throw fail(['keyspaces', i, 'name'], keyspace.name, 'a name that no other keyspace has')
    names.add(keyspace.name)
    const beyond = keyspace.databases?.find((db) => db >= raw.clients.databases)
    if (beyond !== undefined)
      throw fail(
        ['keyspaces', i, 'databases'],
        beyond,
        `databases from 0 to ${raw.clients.databases - 1} (clients.databases)`,
      )
    refuseSharedPrefix(keyspace, owners, (option, what, allowed) =>
      fail(['keyspaces', i, option], what, allowed),
    )
    const catchesAll = keyspace.prefixes.length === 0 && keyspace.databases === null
    if (catchesAll !== (keyspace.name === 'default')) {
      throw catchesAll
        ? fail(
            ['keyspaces', i, 'prefixes'],
            keyspace.prefixes,
            'prefixes or databases; only the keyspace `default` has neither',
          )
        : fail(
            ['keyspaces', i, 'prefixes'],
            keyspace.prefixes,
            'neither prefixes nor databases: `default` catches the rest',
          )
    }
    if (catchesAll) fallback = keyspace
    else named.push(keyspace)
  })
  return [...named, applyPolicy(fallback ?? defaultKeyspace, overrides, fail)]
}

/** What replicates where nothing is said. */
const strategyOf: Readonly<Record<Level, string>> = {
  strong: 'raft',
  sequential: 'zab',
  causal: 'eventual',
  eventual: 'eventual',
}

const defaultKeyspace: KeyspaceConfig = {
  name: 'default',
  prefixes: [],
  databases: null,
  level: 'strong',
  strategy: 'raft',
  durability: 'always',
  maxMemory: 0,
  options: {},
}

function toKeyspace(given: RawConfig['keyspaces'][number]): KeyspaceConfig {
  return {
    name: given.name,
    prefixes: given.prefixes.map(oneByte),
    databases: given.databases?.toSorted((a, b) => a - b) ?? null,
    level: given.level,
    strategy: given.strategy ?? strategyOf[given.level],
    durability: given.durability,
    maxMemory: given['max-memory'],
    maxMemoryPolicy: given['max-memory-policy'] ?? undefined,
    options: given.options,
  }
}

/** Two keyspaces may not claim one prefix in one database: no prefix would be the longest. */
function refuseSharedPrefix(
  keyspace: KeyspaceConfig,
  owners: Map<string, { readonly name: string; readonly databases: readonly number[] | null }[]>,
  fail: (option: string, given: string, allowed: string) => ConfigError,
): void {
  const claimed = keyspace.prefixes.length > 0 ? keyspace.prefixes : ['']
  for (const prefix of claimed) {
    const others = owners.get(prefix) ?? []
    const rival = others.find(
      (other) =>
        other.databases === null ||
        keyspace.databases === null ||
        keyspace.databases.some((db) => other.databases?.includes(db)),
    )
    const isRest = prefix === '' && (rival?.databases === null || keyspace.databases === null)
    if (rival !== undefined && !isRest) {
      const option = prefix === '' ? 'databases' : 'prefixes'
      throw fail(
        option,
        prefix === '' ? showValue(keyspace.databases) : prefix,
        `what no other keyspace claims; ${rival.name} claims it`,
      )
    }
    others.push({ name: keyspace.name, databases: keyspace.databases })
    owners.set(prefix, others)
  }
}

/** `--level` and `--durability` change the default keyspace. */
function applyPolicy(
  keyspace: KeyspaceConfig,
  overrides: SelfOverrides,
  fail: Fail,
): KeyspaceConfig {
  const level = levels.find((each) => each === (overrides.level ?? keyspace.level))
  if (level === undefined) throw fail(['level'], overrides.level, `one of ${levels.join(', ')}`)
  const durability = durabilities.find(
    (each) => each === (overrides.durability ?? keyspace.durability),
  )
  if (durability === undefined)
    throw fail(['durability'], overrides.durability, `one of ${durabilities.join(', ')}`)
  const isUsual = keyspace.strategy === strategyOf[keyspace.level]
  const strategy = isUsual ? strategyOf[level] : keyspace.strategy
  return { ...keyspace, level, strategy, durability }
}
