// What dispatch and the router's own commands share: one per router, passed by reference. The router
// owns the life cycle; a command may read all of it and change only sessions, settings, gate and stats.

import type { Config } from '../api/config.js'
import type { Group } from '../api/group.js'
import type { ConnectionId, Now } from '../api/ids.js'
import type { Reply } from '../api/reply.js'
import type { ProcessFacts, Stopwatch } from '../api/stopwatch.js'
import type { Random } from '../base/random.js'
import type { Gate } from '../slots/gate.js'
import type { AclLog } from './acl/log.js'
import type { Users } from './acl/users.js'
import type { ClusterView, ShardViews } from './cluster-view.js'
import type { Messaging } from './messaging/messaging.js'
import type { Maintenance } from './maintenance.js'
import type { Delays } from './delays.js'
import type { Detours } from './detours.js'
import type { Files } from './files.js'
import type { Migrations } from './migration/migrations.js'
import type { Timekeeper } from './latency/timekeeper.js'
import type { Route } from './route.js'
import type { Session } from './session.js'
import type { Settings } from './settings.js'
import type { Stats } from './stats.js'
import type { CommandTable } from './table.js'

/** The command has opened its place in the order of replies itself, and answers it later. */
export const deferred: unique symbol = Symbol('deferred')

/** Runs a command of the router. Total: whatever the arguments, it answers. */
export type Run = (
  session: Session,
  args: readonly string[],
  state: RouterState,
) => Reply | typeof deferred

export interface RouterState {
  readonly config: Config
  readonly cluster: ClusterView
  readonly groups: readonly Group[]
  readonly route: Route
  readonly shards: ShardViews
  readonly gate: Gate
  readonly table: CommandTable<Run>
  readonly settings: Settings
  readonly users: Users
  readonly aclLog: AclLog
  readonly stats: Stats
  readonly messaging: Messaging
  readonly times: Timekeeper
  readonly delays: Delays
  readonly detours: Detours
  readonly files: Files
  readonly migrations: Migrations
  readonly maintenance: Maintenance
  readonly facts: ProcessFacts
  readonly stopwatch: Stopwatch
  readonly random: Random
  /** By connection, in order of connecting. */
  readonly sessions: ReadonlyMap<ConnectionId, Session>
  /** Those whose commands wait for a change of the topology. */
  readonly changing: Set<Session>
  /** When the router was made. */
  readonly startedAt: Now
  /** The time of this turn. */
  now: Now
  /** Taken once per batch: the member loads its data. */
  isLoading: boolean
  /** Taken with it: a script runs for long in a group. */
  isBusy: boolean
  /** False while a queued command runs in EXEC: it must answer at once. */
  mayDefer: boolean
  /** Closes a connection at the end of the turn; `abort` drops what it has not been sent. */
  kill(session: Session): void
}
