// Runs redis-benchmark against one port and reads its figures.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface BenchmarkOptions {
  readonly port: number
  readonly command: 'SET' | 'GET'
  readonly pipeline: number
  readonly requests: number
}

export interface BenchmarkFigure {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** 50 clients, values of 64 bytes, 100,000 keys. */
export async function redisBenchmark(options: BenchmarkOptions): Promise<BenchmarkFigure> {
  const { port, command, pipeline, requests } = options
  const args = ['-p', port, '-t', command.toLowerCase(), '-n', requests, '-P', pipeline]
  const fixed = ['-c', 50, '-d', 64, '-r', 100_000, '--csv']
  const { stdout } = await run('redis-benchmark', [...args, ...fixed].map(String), {
    timeout: 300_000,
  })
  return readCsv(stdout, command)
}

/** The row of `command` in the output of `redis-benchmark --csv`. */
export function readCsv(text: string, command: string): BenchmarkFigure {
  const rows = text
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.replaceAll('"', '')))
  const head = rows.find((row) => row[0] === 'test') ?? []
  const found = rows.find((row) => row[0] === command)
  if (found === undefined)
    throw new Error(`redis-benchmark printed no ${command}: ${text.slice(0, 200)}`)
  // Less than a millisecond for all requests is `inf` a second.
  const cell = (name: string): number =>
    Number(found[head.indexOf(name)]?.replace('inf', 'Infinity') ?? Number.NaN)
  return { perSecond: cell('rps'), p50Ms: cell('p50_latency_ms'), p99Ms: cell('p99_latency_ms') }
}
