// INFO sections of counters: Stats, Commandstats, Errorstats, Latencystats.

import { kinds } from '../messaging/packets.js'
import type { RouterState } from '../state.js'
import { fieldLines } from './fields.js'

/** What the engines of this member count, summed over all groups. */
export function groupTotals(state: RouterState): Readonly<Record<string, number>> {
  const totals = { expired: 0, evicted: 0, hits: 0, misses: 0 }
  for (const group of state.groups) {
    const { counters } = group.report()
    totals.expired += counters['expired'] ?? 0
    totals.evicted += counters['evicted'] ?? 0
    totals.hits += counters['hits'] ?? 0
    totals.misses += counters['misses'] ?? 0
  }
  return totals
}

export function statsSection(state: RouterState): string {
  const { stats } = state
  const totals = groupTotals(state)
  const { subscribers, tracking, dropped } = state.messaging
  /** Since CONFIG RESETSTAT; an engine that a snapshot replaced counts from 0. */
  const since = (name: string): number => {
    const now = totals[name] ?? 0
    const before = stats.groupsBefore[name] ?? 0
    return now >= before ? now - before : now
  }
  return fieldLines([
    ['total_connections_received', stats.connectionsReceived],
    ['total_commands_processed', stats.commandsProcessed],
    ['instantaneous_ops_per_sec', stats.commandsPerSecond],
    ['total_net_input_bytes', stats.inputBytes],
    ['total_net_output_bytes', stats.outputBytes],
    ['total_net_repl_input_bytes', 0],
    ['total_net_repl_output_bytes', 0],
    ['instantaneous_input_kbps', stats.inputKbps.toFixed(2)],
    ['instantaneous_output_kbps', stats.outputKbps.toFixed(2)],
    ['instantaneous_input_repl_kbps', '0.00'],
    ['instantaneous_output_repl_kbps', '0.00'],
    ['rejected_connections', stats.connectionsRejected],
    ['sync_full', 0],
    ['sync_partial_ok', 0],
    ['sync_partial_err', 0],
    ['expired_keys', since('expired')],
    ['expired_stale_perc', '0.00'],
    ['expired_time_cap_reached_count', 0],
    ['expire_cycle_cpu_milliseconds', 0],
    ['evicted_keys', since('evicted')],
    ['evicted_clients', stats.clientsEvicted],
    ['total_eviction_exceeded_time', 0],
    ['current_eviction_exceeded_time', 0],
    ['keyspace_hits', since('hits')],
    ['keyspace_misses', since('misses')],
    ['pubsub_channels', subscribers.topics(kinds.channel).size],
    ['pubsub_patterns', subscribers.topics(kinds.pattern).size],
    ['pubsubshard_channels', subscribers.topics(kinds.shard).size],
    ['pubsub_messages_dropped', dropped],
    ['latest_fork_usec', 0],
    ['total_forks', 0],
    ['migrate_cached_sockets', state.facts.gauges().migrateSockets],
    ['slave_expires_tracked_keys', 0],
    ['active_defrag_hits', 0],
    ['active_defrag_misses', 0],
    ['active_defrag_key_hits', 0],
    ['active_defrag_key_misses', 0],
    ['total_active_defrag_time', 0],
    ['current_active_defrag_time', 0],
    ['tracking_total_keys', tracking.keyCount],
    ['tracking_total_items', tracking.itemCount],
    ['tracking_total_prefixes', tracking.prefixCount],
    ['unexpected_error_replies', 0],
    ['total_error_replies', stats.errorReplies],
    ['dump_payload_sanitizations', 0],
    ['total_reads_processed', stats.reads],
    ['total_writes_processed', stats.writes],
    ['io_threaded_reads_processed', 0],
    ['io_threaded_writes_processed', 0],
    ['reply_buffer_shrinks', 0],
    ['reply_buffer_expands', 0],
    ['acl_access_denied_auth', stats.aclAuthFailures],
    ['acl_access_denied_cmd', stats.aclCommandDenials],
    ['acl_access_denied_key', stats.aclKeyDenials],
    ['acl_access_denied_channel', stats.aclChannelDenials],
    ['client_output_buffer_limit_disconnections', stats.outputLimitCloses],
    ['client_timeout_disconnections', stats.timeoutCloses],
  ])
}

export function commandSection(state: RouterState): string {
  let text = ''
  for (const { name, counters } of state.table.all()) {
    if (counters.calls + counters.rejected + counters.failed === 0) continue
    const usec = Math.round(counters.microseconds)
    const perCall = counters.calls === 0 ? 0 : counters.microseconds / counters.calls
    text +=
      `cmdstat_${name}:calls=${counters.calls},usec=${usec},usec_per_call=${perCall.toFixed(2)},` +
      `rejected_calls=${counters.rejected},failed_calls=${counters.failed}\r\n`
  }
  return text
}

export function errorSection(state: RouterState): string {
  let text = ''
  for (const [prefix, count] of state.stats.errors) text += `errorstat_${prefix}:count=${count}\r\n`
  return text
}

/** `latency_percentiles_usec_get:p50=1.003,p99=...` for each command that was called. */
export function latencySection(state: RouterState): string {
  const percents = (state.settings.get('latency-tracking-info-percentiles') ?? '')
    .split(' ')
    .filter((text) => text !== '')
  if (percents.length === 0) return ''
  let text = ''
  for (const [name, histogram] of state.times.histograms()) {
    const values = percents.map(
      (percent) => `p${percent}=${histogram.percentile(Number(percent)).toFixed(3)}`,
    )
    text += `latency_percentiles_usec_${name}:${values.join(',')}\r\n`
  }
  return text
}
