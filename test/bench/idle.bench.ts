// What does a cluster cost that nobody uses? CPU time of three idle members, as a share of one core.

import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { TestCluster } from '../e2e/cluster.js'

/** CPU ticks a second of Linux' accounting. */
const ticksPerSecond = 100

export interface IdleFigure {
  readonly seconds: number
  /** All three members together, percent of one core. */
  readonly percent: number
}

/** Needs /proc. */
export async function benchIdle(seconds: number): Promise<IdleFigure> {
  const cluster = await TestCluster.start({ proxied: false })
  try {
    // What a start leaves to do is not idling: V8 compiles and gives memory back for some 15 s.
    await new Promise((resolve) => setTimeout(resolve, Math.min(20_000, seconds * 1000)))
    const used = (): number =>
      cluster.all.reduce((sum, i) => sum + cpuSeconds(cluster.process(i).pid), 0)
    const before = used()
    const begun = performance.now()
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    const passed = (performance.now() - begun) / 1000
    return { seconds: passed, percent: (100 * (used() - before)) / passed }
  } finally {
    await cluster.dispose()
  }
}

/** User and system time of a process so far. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { seconds, percent } = await benchIdle(20)
  console.log(
    `three idle members: ${percent.toFixed(2)} % of one core over ${seconds.toFixed(0)} s (bar 3 %)`,
  )
}
