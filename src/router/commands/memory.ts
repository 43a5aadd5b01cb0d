// MEMORY: what this member's data and process take. USAGE is the engine's.

import { limits } from '../../api/limits.js'
import { ok, type Reply } from '../../api/reply.js'
import { family } from '../family.js'
import { memoryFigures } from '../info/memory-figures.js'
import { container, specs } from '../specs/memory.js'
import type { Run } from '../state.js'

const { usage: _usage, ...own } = specs

const quietBytes = 5 * 1024 * 1024
const quiet =
  "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be back to our programming as soon as I finished rebooting.\n"
const healthy =
  "Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on this base.\n"
const allocator = 'Stats not supported for the current allocator'

const doctor: Run = (_session, _args, state) => {
  const figures = memoryFigures(state)
  let text = figures.used < quietBytes ? quiet : healthy
  const isFull = figures.heapLimit > 0 && figures.heap > figures.heapLimit * 0.85
  if (isFull) {
    text =
      'Sam, I detected a few issues in this Quorate member memory implants:\n\n' +
      ' * Heap almost full: the heap of the process is used to more than 85% of its limit. Bound max-memory of the keyspaces, or start the member with more.\n'
  }
  return { type: 'verbatim', format: 'txt', text }
}

const stats: Run = (_session, _args, state) => {
  const f = memoryFigures(state)
  const double = (value: number): Reply => ({ type: 'double', value })
  const data = f.used - limits.memberBytes
  const perKey = f.keys === 0 ? 0 : Math.floor(data / f.keys)
  const pairs: Reply[] = [
    ...['peak.allocated', f.peak, 'total.allocated', f.used],
    ...['startup.allocated', limits.memberBytes],
    ...['replication.backlog', 0, 'clients.slaves', 0, 'clients.normal', f.clients],
    ...['cluster.links', 0, 'aof.buffer', 0, 'lua.caches', 0, 'functions.caches', 0],
  ]
  for (let db = 0; db < state.config.databases; db++) {
    const keys = state.groups.reduce((sum, group) => sum + group.keyCount(db), 0)
    if (keys === 0) continue
    const fields: Reply[] = ['overhead.hashtable.main', 0, 'overhead.hashtable.expires', 0]
    fields.push('overhead.hashtable.slot-to-keys', 0)
    pairs.push(`db.${db}`, { type: 'map', pairs: fields })
  }
  pairs.push(
    ...['overhead.total', f.clients, 'keys.count', f.keys, 'keys.bytes-per-key', perKey],
    ...['dataset.bytes', data, 'dataset.percentage', double(data === 0 ? 0 : 100)],
    ...['peak.percentage', double(f.peak === 0 ? 0 : (f.used * 100) / f.peak)],
    ...['allocator.allocated', f.heap, 'allocator.active', f.heap, 'allocator.resident', f.rss],
    ...['allocator-fragmentation.ratio', double(1), 'allocator-fragmentation.bytes', 0],
    ...['allocator-rss.ratio', double(ratio(f.rss, f.heap)), 'allocator-rss.bytes', f.rss - f.heap],
    ...['rss-overhead.ratio', double(1), 'rss-overhead.bytes', 0],
    ...['fragmentation', double(ratio(f.rss, f.used)), 'fragmentation.bytes', f.rss - f.used],
  )
  return { type: 'map', pairs }
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole
}

export default family(container, own, {
  lines: [
    'DOCTOR',
    '    Return memory problems reports.',
    'MALLOC-STATS',
    '    Return internal statistics report from the memory allocator.',
    'PURGE',
    '    Attempt to purge dirty pages for reclamation by the allocator.',
    'STATS',
    '    Return information about the memory usage of the server.',
    'USAGE <key> [SAMPLES <count>]',
    '    Return memory in bytes used by <key> and its value. Nested values are',
    '    sampled up to <count> times (default: 5, 0 means sample all).',
  ],
  runs: {
    doctor,
    mallocStats: () => ({ type: 'verbatim', format: 'txt', text: allocator }),
    purge: () => ok,
    stats,
  },
})
