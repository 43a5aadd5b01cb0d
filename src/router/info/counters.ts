// INFO sections of counters: Stats, Commandstats, Errorstats.

import type { RouterState } from '../state.js'
import { fieldLines } from './fields.js'

/** Sum of a counter over all groups; 0 where a group does not count it. */
function total(state: RouterState, name: string): number {
  let sum = 0
  for (const group of state.groups) sum += group.report().counters[name] ?? 0
  return sum
}

export function statsSection(state: RouterState): string {
  const { stats } = state
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
    ['expired_keys', total(state, 'expired')],
    ['evicted_keys', total(state, 'evicted')],
    ['evicted_clients', 0],
    ['keyspace_hits', total(state, 'hits')],
    ['keyspace_misses', total(state, 'misses')],
    ['pubsub_channels', 0],
    ['pubsub_patterns', 0],
    ['latest_fork_usec', 0],
    ['total_forks', 0],
    ['unexpected_error_replies', 0],
    ['total_error_replies', stats.errorReplies],
    ['acl_access_denied_auth', stats.aclAuthFailures],
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
