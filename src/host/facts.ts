// Facts and figures of the process for INFO. Never part of a decision.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { createHistogram } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Gauges, ProcessFacts } from '../api/stopwatch.js'
import { dataBytesOf, oldSpaceBytes } from './heap.js'

/** Microseconds that the delay histogram counts as a millisecond. */
const microsPerMs = 1_000

export interface FactsHandle {
  readonly facts: ProcessFacts
  /** Records by how many milliseconds the loop was late for a timer. */
  late(ms: number): void
}

/**
 * Facts for INFO; `configFile` is empty where there is none, `groups` how many the member has,
 * `migrateSockets` counts the connections that MIGRATE keeps.
 */
export function makeFacts(
  configFile: string,
  groups = 1,
  migrateSockets = (): number => 0,
): FactsHandle {
  const delay = createHistogram()
  const flags = [process.env['NODE_OPTIONS'] ?? '', ...process.execArgv].join(' ')
  const facts: ProcessFacts = {
    version: packageVersion(),
    nodeVersion: process.version,
    pid: process.pid,
    os: `${process.platform} ${process.arch}`,
    arch: process.arch,
    secret: (digits) =>
      randomBytes(Math.ceil(digits / 2))
        .toString('hex')
        .slice(0, digits),
    executable: process.execPath,
    configFile,
    dataBytesMax: dataBytesOf(oldSpaceBytes(getHeapStatistics().heap_size_limit, flags), groups),
    gauges: (): Gauges => {
      const usage = process.cpuUsage()
      const memory = process.memoryUsage()
      return {
        rssBytes: memory.rss,
        heapBytes: memory.heapUsed,
        heapLimitBytes: getHeapStatistics().heap_size_limit,
        cpuUserSeconds: usage.user / 1e6,
        cpuSystemSeconds: usage.system / 1e6,
        totalMemoryBytes: totalmem(),
        loopDelayP99Ms: delay.percentile(99) / microsPerMs,
        loopDelayMaxMs: delay.max / microsPerMs,
        migrateSockets: migrateSockets(),
      }
    },
  }
  return { facts, late: (ms) => delay.record(Math.max(1, Math.round(ms * microsPerMs))) }
}

/** The version in the nearest package.json above this file. */
function packageVersion(): string {
  for (const step of ['../../package.json', '../../../package.json']) {
    try {
      const text = readFileSync(new URL(step, import.meta.url), 'utf8')
      const version = /"version":\s*"([^"]+)"/.exec(text)?.[1]
      if (version !== undefined) return version
    } catch {
      // Sources run two folders deep, the build three.
    }
  }
  return '0.0.0'
}
