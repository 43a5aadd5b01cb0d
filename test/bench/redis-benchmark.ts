// Runs redis-benchmark against one port and reads its figures.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface BenchmarkOptions {
  readonly port: number
  readonly command: 'SET' | 'GET'
  readonly pipeline: number
  readonly requests: number
  /** 50 where nothing is said. */
  readonly clients?: number
  /** 64 where nothing is said. */
  readonly valueBytes?: number
  /** Of which each request draws one; 100,000 where nothing is said. */
  readonly keys?: number
}

export interface BenchmarkFigure {
  /** Requests. */
  readonly count: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
}

export async function redisBenchmark(options: BenchmarkOptions): Promise<BenchmarkFigure> {
  const { port, command, pipeline, requests, clients = 50, valueBytes = 64 } = options
  const { keys = 100_000 } = options
  const args = ['-p', port, '-t', command.toLowerCase(), '-n', requests, '-P', pipeline]
  const fixed = ['-c', clients, '-d', valueBytes, '-r', keys, '--precision', 3]
  const { stdout } = await run('redis-benchmark', [...args, ...fixed].map(String), {
    timeout: 300_000,
    maxBuffer: 64 << 20,
  })
  return readFigure(stdout)
}

/** Of what redis-benchmark prints for one command. */
export function readFigure(text: string): BenchmarkFigure {
  // Lines that it writes again and again end without a line feed.
  const lines = text.split(/[\r\n]+/)
  // Less than a millisecond for all requests is `inf` a second.
  const summary = /throughput summary: (\S+) requests/.exec(text)?.[1]?.replace('inf', 'Infinity')
  const [, , p50 = '', , p99 = ''] =
    lines[lines.findIndex((line) => /^\s+avg\s+min\s+p50/.test(line)) + 1]?.trim().split(/\s+/) ??
    []
  const shares = lines.flatMap((line) => {
    const found = /^([\d.]+)% <= ([\d.]+) milliseconds/.exec(line)
    return found === null ? [] : [found.slice(1).map(Number) as [number, number]]
  })
  const p999 = shares.find(([share]) => share >= 99.9)?.[1]
  const figure = {
    count: Number(/(\d+) requests completed/.exec(text)?.[1] ?? Number.NaN),
    perSecond: Number(summary ?? Number.NaN),
    p50Ms: Number.parseFloat(p50),
    p99Ms: Number.parseFloat(p99),
    p999Ms: p999 ?? Number.NaN,
  }
  if (Object.values(figure).some(Number.isNaN)) {
    throw new Error(`redis-benchmark printed no figures: ${text.slice(-300)}`)
  }
  return figure
}
