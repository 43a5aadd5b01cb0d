// INFO sections about the process: Server, Clients, Memory, CPU. Gauges come from the host; nothing
// here steers anything.

import type { Routing } from '../../api/config.js'
import { limits } from '../../api/limits.js'
import type { RouterState } from '../state.js'
import { redisVersion } from '../version.js'
import { fieldLines, sizeFields } from './fields.js'
import { memoryFigures } from './memory-figures.js'
import { ownGroup } from '../own-group.js'

export function serverSection(state: RouterState, routing: Routing): string {
  const { facts, config, now } = state
  const upSeconds = Math.max(0, Math.floor((now.mono - state.startedAt.mono) / 1000))
  return fieldLines([
    ['redis_version', redisVersion],
    ['quorate_version', facts.version],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', '0'],
    ['redis_mode', routing === 'cluster' ? 'cluster' : 'standalone'],
    ['os', facts.os],
    ['arch_bits', 64],
    ['monotonic_clock', 'node performance.now'],
    ['multiplexing_api', 'libuv'],
    ['atomicvar_api', 'none'],
    ['gcc_version', '0.0.0'],
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
    ['lru_clock', Math.floor(now.wall / 1000) % 0x100_0000],
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
  const f = memoryFigures(state)
  // The default keyspace's group answers for all: they keep the same.
  const kept = ownGroup(state.groups)?.scripts?.counts
  const max = Number(state.settings.get('maxmemory') ?? 0)
  const ratio = (part: number, whole: number): string =>
    whole === 0 ? '1.00' : (part / whole).toFixed(2)
  const peakPart = f.peak === 0 ? 0 : (f.used * 100) / f.peak
  return fieldLines([
    ...sizeFields('used_memory', f.used),
    ...sizeFields('used_memory_rss', f.rss),
    ...sizeFields('used_memory_peak', f.peak),
    ['used_memory_peak_perc', `${peakPart.toFixed(2)}%`],
    ['used_memory_overhead', f.clients],
    ['used_memory_startup', limits.memberBytes],
    ['used_memory_dataset', f.used - limits.memberBytes],
    ['used_memory_dataset_perc', f.used === limits.memberBytes ? '0.00%' : '100.00%'],
    ['used_memory_heap', f.heap],
    ['used_memory_heap_limit', f.heapLimit],
    ['allocator_allocated', f.heap],
    ['allocator_active', f.heap],
    ['allocator_resident', f.rss],
    ...sizeFields('total_system_memory', f.total),
    ['used_memory_lua', 0],
    ['used_memory_vm_eval', 0],
    ['used_memory_lua_human', '0B'],
    ['used_memory_scripts_eval', 0],
    ['number_of_cached_scripts', kept?.scripts ?? 0],
    ['number_of_functions', kept?.functions ?? 0],
    ['number_of_libraries', kept?.libraries ?? 0],
    ['used_memory_vm_functions', 0],
    ...sizeFields('used_memory_vm_total', 0),
    ['used_memory_functions', 0],
    ...sizeFields('used_memory_scripts', 0),
    ...sizeFields('maxmemory', max),
    ['maxmemory_policy', state.settings.get('maxmemory-policy') ?? 'noeviction'],
    ['maxmemory_ceiling', state.facts.dataBytesMax ?? 0],
    ['allocator_frag_ratio', '1.00'],
    ['allocator_frag_bytes', 0],
    ['allocator_rss_ratio', ratio(f.rss, f.heap)],
    ['allocator_rss_bytes', f.rss - f.heap],
    ['rss_overhead_ratio', '1.00'],
    ['rss_overhead_bytes', 0],
    ['mem_fragmentation_ratio', ratio(f.rss, f.used)],
    ['mem_fragmentation_bytes', f.rss - f.used],
    ['mem_not_counted_for_evict', 0],
    ['mem_replication_backlog', 0],
    ['mem_total_replication_buffers', 0],
    ['mem_clients_slaves', 0],
    ['mem_clients_normal', f.clients],
    ['mem_cluster_links', 0],
    ['mem_aof_buffer', 0],
    ['mem_allocator', 'v8'],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', 0],
    ['lazyfreed_objects', 0],
  ])
}

export function cpuSection(state: RouterState): string {
  const gauges = state.facts.gauges()
  return fieldLines([
    ['used_cpu_sys', gauges.cpuSystemSeconds.toFixed(6)],
    ['used_cpu_user', gauges.cpuUserSeconds.toFixed(6)],
    ['used_cpu_sys_children', '0.000000'],
    ['used_cpu_user_children', '0.000000'],
    ['used_cpu_sys_main_thread', gauges.cpuSystemSeconds.toFixed(6)],
    ['used_cpu_user_main_thread', gauges.cpuUserSeconds.toFixed(6)],
  ])
}
