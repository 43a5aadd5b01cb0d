// The heap limit of a member's process: from what its configuration lets it hold, so that a full member
// answers instead of dying. V8 reads it once, at the start of a process, and node cannot begin itself anew:
// where a limit is too low, another process becomes the member and this one stands in for it.

import { spawn } from 'node:child_process'
import { getHeapStatistics } from 'node:v8'
import { type Config, groupCount } from '../api/config.js'
import { heapBytesFor, machineBytes, oldSpaceBytes } from '../host/heap.js'

const mib = 1024 * 1024
const flagName = '--max-old-space-size'
/** Of a machine's memory, for all members of `quorate dev`. */
const devShare = 0.75
const devMbMin = 128

/** Bytes of data that the configuration allows a member, or null where something is without a bound. */
function dataBytesOf({ maxMemory, keyspaces }: Config): number | null {
  if (maxMemory > 0) return maxMemory
  let sum = 0
  for (const keyspace of keyspaces) {
    if (keyspace.maxMemory === 0) return null
    sum += keyspace.maxMemory
  }
  return sum
}

/** Bytes of heap that the configuration asks for, or null. */
export function heapBytesOf(config: Config): number | null {
  const data = dataBytesOf(config)
  return data === null ? null : heapBytesFor(data, groupCount(config))
}

/** For one of several members on this machine; without a bound, its part of the machine's memory. */
export function devHeapFlag(config: Config, members: number): string {
  const wanted = heapBytesOf(config) ?? (machineBytes() * devShare) / members
  return flagOf(Math.max(wanted, devMbMin * mib))
}

/** The flag that this process lacks, or null: who gave a limit keeps it, as does who has more. */
export function missingHeapFlag(config: Config): string | null {
  const given = `${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`
  if (/--max[-_](old[-_]space|heap)[-_]size/.test(given)) return null
  const wanted = heapBytesOf(config)
  if (wanted === null || wanted <= oldSpaceBytes(getHeapStatistics().heap_size_limit, given))
    return null
  return flagOf(wanted)
}

function flagOf(bytes: number): string {
  return `${flagName}=${Math.ceil(bytes / mib)}`
}

/** Runs this command line in a process with another flag, as if it were this one; its exit code. */
export function runWith(flag: string): Promise<number> {
  const [, script = '', ...args] = process.argv
  const tied = args.includes('--stop-with-stdin') ? args : [...args, '--stop-with-stdin']
  const child = spawn(process.execPath, [...process.execArgv, flag, script, ...tied], {
    // In a group of its own: Ctrl-C comes through us, once. It ends with us: its input closes.
    detached: true,
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => child.kill(signal))
  }
  if (tied === args) {
    process.stdin.on('end', () => child.stdin.end())
    process.stdin.on('error', () => child.stdin.end())
    process.stdin.resume()
  }
  child.stdin.on('error', () => {})
  return new Promise((resolve) => {
    child.once('error', () => resolve(1))
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
