// INFO sections about the data and its replication: Persistence, Replication, Cluster, Keyspace, Quorate.

import type { GroupReport } from '../../api/group.js'
import type { Routing } from '../../api/config.js'
import { isSaving, lastSavedAt } from '../saving.js'
import type { RouterState } from '../state.js'
import { risksOf } from '../risks.js'
import { whyOf } from '../why.js'
import { fieldLines } from './fields.js'
import { replicas } from './replicas.js'

export function persistenceSection(state: RouterState): string {
  const isDurable = state.config.keyspaces.some((keyspace) => keyspace.durability !== 'none')
  const savedAt = Math.floor(lastSavedAt(state) / 1000)
  const saving = isSaving(state) ? 1 : 0
  let saves = 0
  let logBytes = 0
  let unsaved = 0
  for (const group of state.groups) {
    const { counters } = group.report()
    saves += counters['checkpoint'] ?? 0
    logBytes += counters['log_bytes'] ?? 0
    unsaved += counters['changed'] ?? 0
  }
  return fieldLines([
    ['loading', state.isLoading || !state.cluster.isReady ? 1 : 0],
    ['async_loading', 0],
    ['current_cow_peak', 0],
    ['current_cow_size', 0],
    ['current_cow_size_age', 0],
    ['current_fork_perc', '0.00'],
    ['current_save_keys_processed', 0],
    ['current_save_keys_total', 0],
    ['rdb_changes_since_last_save', unsaved],
    ['rdb_bgsave_in_progress', saving],
    ['rdb_last_save_time', savedAt],
    ['rdb_last_bgsave_status', 'ok'],
    ['rdb_last_bgsave_time_sec', -1],
    ['rdb_current_bgsave_time_sec', -1],
    ['rdb_saves', saves],
    ['rdb_last_cow_size', 0],
    ['rdb_last_load_keys_expired', 0],
    ['rdb_last_load_keys_loaded', 0],
    ['aof_enabled', isDurable ? 1 : 0],
    ['aof_rewrite_in_progress', 0],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_rewrite_time_sec', -1],
    ['aof_current_rewrite_time_sec', -1],
    ['aof_last_bgrewrite_status', 'ok'],
    ['aof_rewrites', 0],
    ['aof_rewrites_consecutive_failures', 0],
    ['aof_last_write_status', state.cluster.diskShort ? 'err' : 'ok'],
    ['aof_last_cow_size', 0],
    ['module_fork_in_progress', 0],
    ['module_fork_last_cow_size', 0],
    ...(isDurable ? ([['aof_current_size', logBytes]] as const) : []),
  ])
}

/** Every member takes writes from clients, so each one is a master to them. */
export function replicationSection(state: RouterState): string {
  const others = replicas(state)
  let offset = 0
  for (const group of state.groups) offset += group.report().applied
  return fieldLines([
    ['role', 'master'],
    ['connected_slaves', others.length],
    ...others.map(
      ({ host, port, offset: held }, i) =>
        [`slave${i}`, `ip=${host},port=${port},state=online,offset=${held},lag=0`] as const,
    ),
    ['master_failover_state', 'no-failover'],
    ['master_replid', '0'.repeat(40)],
    ['master_replid2', '0'.repeat(40)],
    ['master_repl_offset', offset],
    ['second_repl_offset', -1],
    ['repl_backlog_active', 0],
    ['repl_backlog_size', 0],
    ['repl_backlog_first_byte_offset', 0],
    ['repl_backlog_histlen', 0],
  ])
}

export function clusterSection(_state: RouterState, routing: Routing): string {
  return fieldLines([['cluster_enabled', routing === 'cluster' ? 1 : 0]])
}

/** `db0:keys=1,expires=0,avg_ttl=0` for each database with keys. */
export function keyspaceSection(state: RouterState): string {
  let text = ''
  for (let db = 0; db < state.config.databases; db++) {
    let keys = 0
    let expires = 0
    let ttlSum = 0
    for (const group of state.groups) {
      keys += group.keyCount(db)
      const count = group.expiresCount(db)
      expires += count
      if (count > 0) ttlSum += group.averageTtl(db) * count
    }
    if (keys === 0) continue
    const ttl = expires === 0 ? 0 : Math.floor(ttlSum / expires)
    text += `db${db}:keys=${keys},expires=${expires},avg_ttl=${ttl}\r\n`
  }
  return text
}

/** Who votes, who does not yet, and who did where a change is open. */
function membersText({ voters, learners, outgoing }: GroupReport): string {
  const lists = { voters, learners, outgoing }
  return Object.entries(lists)
    .map(([name, ids]) => (ids.length === 0 ? '' : `,${name}=${ids.join('+')}`))
    .join('')
}

export function quorateSection(state: RouterState): string {
  const { cluster } = state
  const connected = cluster.members.filter((member) => member.connected).length
  let text = fieldLines([
    ['cluster_id', cluster.clusterId],
    ['member_id', cluster.self],
    ['members', cluster.members.length],
    ['members_connected', connected],
    ['disk_short', cluster.diskShort ? 1 : 0],
  ])
  for (const { name, health, spare, onlyHere } of risksOf(state)) {
    text += `keyspace_${name}:health=${health},spare=${spare},only_here=${onlyHere}\r\n`
  }
  for (const group of state.groups) {
    if (group.isGone === true) continue
    const r = group.report()
    text +=
      `group${r.id}:keyspace=${r.keyspace},shard=${r.shard},level=${r.level},` +
      `strategy=${r.strategy},durability=${r.durability},role=${r.role},leader=${r.leader ?? 0},` +
      `term=${r.term},era=${r.era},commit_index=${r.applied + r.lag},applied_index=${r.applied},` +
      `lag=${r.lag},health=${r.health}${membersText(r)}\r\n`
    // Sentences have commas, so they stand in lines of their own.
    const why = whyOf(state, r, state.shards.holdersOf(r))
    if (why !== '') text += `group${r.id}_why:${why}\r\n`
    if (r.loss !== '') text += `group${r.id}_loss:${r.loss}\r\n`
  }
  return text
}
