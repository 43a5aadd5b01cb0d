// How fast is Quorate beside redis-server? redis-benchmark against both in one run, rounds interleaved,
// medians compared: one member that keeps nothing on disk, and three members with everything synced.

import { pathToFileURL } from 'node:url'
import { TestCluster } from '../e2e/cluster.js'
import { type RedisServer, redisMissing, startRedis } from '../redis-server.js'
import { onPath } from '../tools.js'
import { type BenchmarkFigure, redisBenchmark } from './redis-benchmark.js'

export interface EndToEndOptions {
  readonly rounds: number
  /** Requests of one unpipelined measurement; pipelined ones send four times as many. */
  readonly requests: number
}

const cases = [
  { command: 'SET', pipeline: 1, bars: { one: 0.85, three: 0.25 } },
  { command: 'GET', pipeline: 1, bars: { one: 0.85, three: 0.6 } },
  { command: 'SET', pipeline: 16, bars: { one: 0.6, three: 0.1 } },
  { command: 'GET', pipeline: 16, bars: { one: 0.6, three: 0.3 } },
] as const

const systems = ['redis', 'one', 'three'] as const
type System = (typeof systems)[number]

export interface EndToEndRow {
  readonly name: string
  readonly medians: Readonly<Record<System, BenchmarkFigure>>
  /** Of redis-server's requests a second. */
  readonly ratios: Readonly<Record<'one' | 'three', number>>
  readonly bars: Readonly<Record<'one' | 'three', number>>
}

/** Why it cannot run here, or null. */
export const endToEndMissing: string | null =
  redisMissing ?? (onPath('redis-benchmark') ? null : 'redis-benchmark is not on the PATH')

export async function benchEndToEnd(options: EndToEndOptions): Promise<readonly EndToEndRow[]> {
  let redis: RedisServer | null = null
  const clusters: TestCluster[] = []
  try {
    redis = await startRedis()
    const one = await TestCluster.start({
      members: 1,
      proxied: false,
      flags: ['--durability', 'none'],
    })
    clusters.push(one)
    const three = await TestCluster.start({ members: 3, proxied: false })
    clusters.push(three)
    const leader = await three.waitLeader()
    const ports = { redis: redis.port, one: one.ports[0] ?? 0, three: three.ports[leader] ?? 0 }
    return await measure(ports, options)
  } finally {
    await redis?.stop()
    await Promise.all(clusters.map((each) => each.dispose()))
  }
}

async function measure(
  ports: Readonly<Record<System, number>>,
  options: EndToEndOptions,
): Promise<readonly EndToEndRow[]> {
  const figures = cases.map(
    () => ({ redis: [], one: [], three: [] }) as Record<System, BenchmarkFigure[]>,
  )
  for (let round = 0; round < options.rounds; round++) {
    for (const [i, { command, pipeline }] of cases.entries()) {
      const requests = options.requests * (pipeline > 1 ? 4 : 1)
      for (const system of systems) {
        const figure = await redisBenchmark({ port: ports[system], command, pipeline, requests })
        figures[i]?.[system].push(figure)
      }
    }
  }
  return cases.map(({ command, pipeline, bars }, i) => {
    const of = (system: System): BenchmarkFigure => median(figures[i]?.[system] ?? [])
    const medians = { redis: of('redis'), one: of('one'), three: of('three') }
    const ratio = (system: System): number => medians[system].perSecond / medians.redis.perSecond
    const name = pipeline === 1 ? command : `${command}, pipeline ${pipeline}`
    return { name, medians, ratios: { one: ratio('one'), three: ratio('three') }, bars }
  })
}

/** The figure with the median of requests a second. */
function median(figures: readonly BenchmarkFigure[]): BenchmarkFigure {
  const sorted = figures.toSorted((a, b) => a.perSecond - b.perSecond)
  return sorted[Math.floor(sorted.length / 2)] ?? { perSecond: 0, p50Ms: 0, p99Ms: 0 }
}

/** The table, requests a second, with ratios to redis-server and their bars. */
export function describeEndToEnd(rows: readonly EndToEndRow[]): string {
  const head = [
    '',
    'redis-server',
    'one, none',
    'ratio',
    'bar',
    'three, always',
    'ratio',
    'bar',
    'p99 ms',
  ]
  const lines = rows.map(({ name, medians, ratios, bars }) => [
    name,
    medians.redis.perSecond.toFixed(0),
    medians.one.perSecond.toFixed(0),
    ratios.one.toFixed(2),
    bars.one.toFixed(2),
    medians.three.perSecond.toFixed(0),
    ratios.three.toFixed(2),
    bars.three.toFixed(2),
    medians.three.p99Ms.toFixed(1),
  ])
  return [head, ...lines].map((row) => row.map((cell) => cell.padStart(14)).join('')).join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (endToEndMissing !== null) {
    console.log(`${endToEndMissing}: apt-get install redis-server redis-tools`)
  } else {
    const rounds = Number(process.env['ROUNDS'] ?? 5)
    const requests = Number(process.env['REQUESTS'] ?? 100_000)
    console.log(
      `50 clients, 64-byte values, ${requests} requests, median of ${rounds} interleaved rounds`,
    )
    console.log(describeEndToEnd(await benchEndToEnd({ rounds, requests })))
  }
}
