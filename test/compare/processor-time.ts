// Processor time of processes, all their threads, as Linux counts it.

import { readFileSync } from 'node:fs'

/** Of one tick of /proc: 100 a second on all machines that Node runs on. */
const tickMs = 10

/** Milliseconds in user and system mode since the processes began. NaN where there is no /proc. */
export function processorMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + ticksOf(pid), 0) * tickMs
}

function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name before it may hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  } catch {
    return Number.NaN
  }
}
