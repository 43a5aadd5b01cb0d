// INFO sections about the data and its replication: Persistence, Replication, Cluster, Keyspace, Quorate.

import { isSaving, lastSavedAt } from '../saving.js'
import type { RouterState } from '../state.js'
import { fieldLines } from './fields.js'

export function persistenceSection(state: RouterState): string {
  const isDurable = state.config.keyspaces.some((keyspace) => keyspace.durability !== 'none')
  return fieldLines([
    ['loading', state.isLoading ? 1 : 0],
    ['async_loading', 0],
    ['rdb_changes_since_last_save', 0],
    ['rdb_bgsave_in_progress', isSaving(state) ? 1 : 0],
    ['rdb_last_save_time', Math.floor(lastSavedAt(state) / 1000)],
    ['rdb_last_bgsave_status', 'ok'],
    ['aof_enabled', isDurable ? 1 : 0],
    ['aof_rewrite_in_progress', 0],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_bgrewrite_status', 'ok'],
    ['aof_last_write_status', state.cluster.diskShort ? 'err' : 'ok'],
  ])
}

/** Every member takes writes from clients, so each one is a master to them. */
export function replicationSection(state: RouterState): string {
  const { members, self } = state.cluster
  const others = members.filter((member) => member.id !== self && member.connected).length
  let offset = 0
  for (const group of state.groups) offset += group.report().applied
  return fieldLines([
    ['role', 'master'],
    ['connected_slaves', others],
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

export function clusterSection(): string {
  return fieldLines([['cluster_enabled', 0]])
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
  for (const group of state.groups) {
    const r = group.report()
    text +=
      `group${r.id}:keyspace=${r.keyspace},shard=${r.shard},level=${r.level},` +
      `strategy=${r.strategy},durability=${r.durability},role=${r.role},leader=${r.leader ?? 0},` +
      `term=${r.term},era=${r.era},commit_index=${r.applied + r.lag},applied_index=${r.applied},` +
      `lag=${r.lag},health=${r.health}\r\n`
    // Sentences have commas, so they stand in lines of their own.
    if (r.why !== '') text += `group${r.id}_why:${r.why}\r\n`
    if (r.loss !== '') text += `group${r.id}_loss:${r.loss}\r\n`
  }
  return text
}
