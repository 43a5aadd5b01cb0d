// Puts together what dispatch and the router's commands share.

import type { CommandSpec } from '../api/command.js'
import type { Config } from '../api/config.js'
import type { Door } from '../api/door.js'
import type { Output } from '../api/io.js'
import type { Group } from '../api/group.js'
import type { ConnectionId, Now } from '../api/ids.js'
import type { ProcessFacts, Stopwatch } from '../api/stopwatch.js'
import type { Random } from '../base/random.js'
import { Gate } from '../slots/gate.js'
import { AclLog } from './acl/log.js'
import { Users } from './acl/users.js'
import { applyConfig } from './apply-config.js'
import { type ClusterView, ShardViews } from './cluster-view.js'
import { routerCommands } from './commands/index.js'
import { Delays } from './delays.js'
import { Detours } from './detours.js'
import { Files } from './files.js'
import { Maintenance } from './maintenance.js'
import { Migrations } from './migration/migrations.js'
import { Timekeeper } from './latency/timekeeper.js'
import { Messaging, noPeers } from './messaging/messaging.js'
import { Route } from './route.js'
import type { Session } from './session.js'
import { Settings } from './settings.js'
import type { RouterState, Run } from './state.js'
import { Stats } from './stats.js'
import { CommandTable } from './table.js'
import { ownGroup } from './own-group.js'

export interface RouterInit {
  readonly config: Config
  readonly door: Door
  /** Commands of the engine, by lower-case name. */
  readonly commands: ReadonlyMap<string, CommandSpec>
  /** Index = GroupId; one per (shard, keyspace). */
  readonly groups: readonly Group[]
  readonly cluster: ClusterView
  readonly facts: ProcessFacts
  readonly stopwatch: Stopwatch
  /** Groups leave the times of what they execute here. */
  readonly times?: Timekeeper
  readonly random: Random
  readonly now: Now
  /** Without it there are no other members to publish to. */
  readonly messaging?: Messaging
}

/** What the router keeps in its own hands. */
interface Own {
  readonly sessions: ReadonlyMap<ConnectionId, Session>
  kill(session: Session): void
  out(output: Output): void
}

/** What the configuration says that only the router can judge. */
export interface Made {
  readonly state: RouterState
  /** Why the member must not start so, or empty. */
  readonly fault: string
}

export function makeState(init: RouterInit, own: Own): Made {
  const settings = new Settings(init.config)
  let group = ownGroup(init.groups)
  settings.follow(() => {
    // One that is gone says no more what holds.
    const isThere = group?.memory !== undefined && init.groups[group.id] === group
    if (!isThere) group = ownGroup(init.groups)
    return group?.memory?.settings
  })
  const table = new CommandTable<Run>(init.commands, routerCommands)
  const times = init.times ?? new Timekeeper(init.stopwatch)
  times.follow(settings, table)
  const users = new Users(table)
  settings.watch('requirepass', (password) => users.requirePass(password))
  const refusal = applyConfig(init.config, settings, users)
  const messaging = init.messaging ?? new Messaging(init.door.encode, noPeers)
  const route = new Route(init.config, init.groups, init.cluster)
  const state: RouterState = {
    config: init.config,
    cluster: init.cluster,
    groups: init.groups,
    route,
    shards: new ShardViews({
      ...init,
      route,
      now: () => state.now,
    }),
    gate: new Gate(),
    table,
    settings,
    users,
    aclLog: new AclLog(),
    stats: new Stats(),
    messaging,
    times,
    delays: new Delays(),
    detours: new Detours(),
    files: new Files(own.out),
    migrations: new Migrations(own.out),
    maintenance: new Maintenance({
      ...init,
      sessions: () => own.sessions.values(),
      encode: init.door.encode,
      gave: () => state.shards.gave(),
    }),
    facts: init.facts,
    stopwatch: init.stopwatch,
    random: init.random,
    sessions: own.sessions,
    changing: new Set(),
    startedAt: init.now,
    now: init.now,
    isLoading: init.cluster.isLoading,
    isBusy: false,
    mayDefer: true,
    kill: own.kill,
  }
  messaging.attach(settings, own.sessions)
  return { state, fault: refusal === null ? '' : `${refusal.path.join('.')}: ${refusal.why}` }
}
