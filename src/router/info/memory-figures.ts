// What this member takes: the engines' own accounting, and the process as the host sees it.

import { limits } from '../../api/limits.js'
import type { RouterState } from '../state.js'

export interface MemoryFigures {
  /** Bytes of the member, as its bound counts them: of all data by the engines' accounting, now and at most. */
  readonly used: number
  readonly peak: number
  readonly keys: number
  readonly rss: number
  readonly heap: number
  readonly heapLimit: number
  readonly total: number
  /** Bytes of clients' unread commands and unsent replies. */
  readonly clients: number
}

export function memoryFigures(state: RouterState): MemoryFigures {
  const gauges = state.facts.gauges()
  let used: number = limits.memberBytes
  let keys = 0
  for (const group of state.groups) {
    const report = group.report()
    used += report.memoryBytes
    keys += report.keys
  }
  state.stats.peakMemory = Math.max(state.stats.peakMemory, used)
  let clients = 0
  for (const session of state.sessions.values()) {
    clients += session.parser.keptBytes + session.outputChars + session.unsent
  }
  return {
    used,
    peak: state.stats.peakMemory,
    keys,
    rss: gauges.rssBytes,
    heap: gauges.heapBytes,
    heapLimit: gauges.heapLimitBytes,
    total: gauges.totalMemoryBytes,
    clients,
  }
}
