// Facts of a process that are the same on every machine, for members in tests.

import type { ProcessFacts } from '../src/api/stopwatch.js'

const gauges = {
  rssBytes: 0,
  heapBytes: 0,
  heapLimitBytes: 0,
  cpuUserSeconds: 0,
  cpuSystemSeconds: 0,
  totalMemoryBytes: 0,
  loopDelayP99Ms: 0,
  loopDelayMaxMs: 0,
  migrateSockets: 0,
}

export const fixedFacts: ProcessFacts = {
  version: '0.0.0',
  nodeVersion: 'v0.0.0',
  pid: 1,
  os: 'none',
  arch: 'none',
  executable: 'none',
  configFile: '',
  secret: (digits) => 'a'.repeat(digits),
  gauges: () => gauges,
}
