// INFO sections about the process: Server, Clients, Memory, CPU. Gauges come from the host; nothing
// here steers anything.

import { limits } from '../../api/limits.js'
import type { RouterState } from '../state.js'
import { redisVersion } from '../version.js'
import { fieldLines, sizeFields } from './fields.js'

export function serverSection(state: RouterState): string {
  const { facts, config, now } = state
  const upSeconds = Math.max(0, Math.floor((now.mono - state.startedAt.mono) / 1000))
  return fieldLines([
    ['redis_version', redisVersion],
    ['quorate_version', facts.version],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_mode', 'standalone'],
    ['os', facts.os],
    ['arch_bits', 64],
    ['node_version', facts.nodeVersion],
    ['process_id', facts.pid],
    ['process_supervised', 'no'],
    ['run_id', runId(state)],
    ['tcp_port', config.listeners[0]?.port ?? 0],
    ['server_time_usec', now.wall * 1000],
    ['uptime_in_seconds', upSeconds],
    ['uptime_in_days', Math.floor(upSeconds / 86_400)],
    ['hz', 10],
    ['configured_hz', 10],
    ['executable', facts.executable],
    ['config_file', facts.configFile],
    ['io_threads_active', 0],
    ['loop_delay_p99_ms', facts.gauges().loopDelayP99Ms],
    ['loop_delay_max_ms', facts.gauges().loopDelayMaxMs],
  ])
}

/** 40 hexadecimal digits that differ between runs of a member. */
function runId(state: RouterState): string {
  const { wall } = state.startedAt
  const parts = [state.config.self, state.facts.pid, wall % 0x1_0000_0000]
  return parts
    .map((part) => part.toString(16).padStart(8, '0'))
    .join('')
    .padEnd(40, '0')
}

export function clientsSection(state: RouterState): string {
  let longestInput = 0
  let longestOutput = 0
  let held = 0
  for (const session of state.sessions.values()) {
    longestInput = Math.max(longestInput, session.parser.keptBytes)
    longestOutput = Math.max(longestOutput, session.outputChars + session.unsent)
    if (session.held !== null || session.waits !== null) held++
  }
  return fieldLines([
    ['connected_clients', state.sessions.size],
    ['cluster_connections', 0],
    ['maxclients', state.settings.get('maxclients') ?? limits.clientsMax],
    ['client_recent_max_input_buffer', longestInput],
    ['client_recent_max_output_buffer', longestOutput],
    ['blocked_clients', held],
    ['tracking_clients', state.messaging.tracking.clientCount],
    ['clients_in_timeout_table', 0],
  ])
}

export function memorySection(state: RouterState): string {
  const gauges = state.facts.gauges()
  let used = 0
  for (const group of state.groups) used += group.report().memoryBytes
  const max = Number(state.settings.get('maxmemory') ?? 0)
  return fieldLines([
    ...sizeFields('used_memory', used),
    ...sizeFields('used_memory_rss', gauges.rssBytes),
    ...sizeFields('used_memory_peak', used),
    ['used_memory_dataset', used],
    ['used_memory_heap', gauges.heapBytes],
    ['used_memory_heap_limit', gauges.heapLimitBytes],
    ...sizeFields('total_system_memory', gauges.totalMemoryBytes),
    ...sizeFields('used_memory_lua', 0),
    ...sizeFields('maxmemory', max),
    ['maxmemory_policy', state.settings.get('maxmemory-policy') ?? 'noeviction'],
    ['mem_fragmentation_ratio', used === 0 ? '1.00' : (gauges.rssBytes / used).toFixed(2)],
    ['mem_allocator', 'v8'],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', 0],
  ])
}

export function cpuSection(state: RouterState): string {
  const gauges = state.facts.gauges()
  return fieldLines([
    ['used_cpu_sys', gauges.cpuSystemSeconds.toFixed(6)],
    ['used_cpu_user', gauges.cpuUserSeconds.toFixed(6)],
    ['used_cpu_sys_children', '0.000000'],
    ['used_cpu_user_children', '0.000000'],
  ])
}
