// INFO sections of counters: Stats, Commandstats, Errorstats.

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
    ['rejected_connections', stats.connectionsRejected],
    ['sync_full', 0],
    ['sync_partial_ok', 0],
    ['sync_partial_err', 0],
    ['expired_keys', since('expired')],
    ['evicted_keys', since('evicted')],
    ['evicted_clients', 0],
    ['keyspace_hits', since('hits')],
    ['keyspace_misses', since('misses')],
    ['pubsub_channels', subscribers.topics(kinds.channel).size],
    ['pubsub_patterns', subscribers.topics(kinds.pattern).size],
    ['pubsubshard_channels', subscribers.topics(kinds.shard).size],
    ['pubsub_messages_dropped', dropped],
    ['latest_fork_usec', 0],
    ['total_forks', 0],
    ['tracking_total_keys', tracking.keyCount],
    ['tracking_total_items', tracking.itemCount],
    ['tracking_total_prefixes', tracking.prefixCount],
    ['unexpected_error_replies', 0],
    ['total_error_replies', stats.errorReplies],
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
