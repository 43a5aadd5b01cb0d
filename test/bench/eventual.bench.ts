// How fast is an eventual keyspace beside a redis-server with replicas, which promises the same of a write?
// Three members that keep nothing on disk, one redis-server with two replicas, rounds interleaved, medians.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { TestCluster } from '../e2e/cluster.js'
import { type RedisServer, startRedis } from '../redis-server.js'
import { endToEndMissing } from './end-to-end.bench.js'
import { redisBenchmark } from './redis-benchmark.js'

export interface EventualOptions {
  readonly rounds: number
  /** Requests of one unpipelined measurement; pipelined ones send four times as many. */
  readonly requests: number
}

const cases = [
  { command: 'SET', pipeline: 1, bar: 0.8 },
  { command: 'GET', pipeline: 1, bar: 0.8 },
  { command: 'SET', pipeline: 16, bar: 0.6 },
  { command: 'GET', pipeline: 16, bar: 0.6 },
] as const

/** Where clients write; its processes, the one that they reach first. */
interface System {
  readonly name: 'redis' | 'quorate'
  readonly port: number
  readonly pids: readonly number[]
}

interface Measured {
  readonly perSecond: number
  /** Processor time of an operation by process, microseconds. */
  readonly cost: readonly number[]
}

export interface EventualRow {
  readonly name: string
  readonly bar: number
  readonly redis: Measured
  readonly quorate: Measured
}

export const eventualMissing: string | null = endToEndMissing

/** Milliseconds in which replicas take in the last writes, before their time is read. */
const settleMs = 300

export async function benchEventual(options: EventualOptions): Promise<readonly EventualRow[]> {
  const servers: RedisServer[] = []
  let cluster: TestCluster | null = null
  try {
    servers.push(await startRedis())
    const main = String(servers[0]?.port)
    for (let i = 0; i < 2; i++) servers.push(await startRedis(['--replicaof', '127.0.0.1', main]))
    const flags = ['--level', 'eventual', '--durability', 'none']
    cluster = await TestCluster.start({ members: 3, proxied: false, flags })
    const { ports } = cluster
    const members = cluster.all.map((i) => cluster?.process(i).pid ?? 0)
    const systems: readonly System[] = [
      { name: 'redis', port: Number(main), pids: await followed(servers) },
      { name: 'quorate', port: ports[0] ?? 0, pids: members },
    ]
    return await measure(systems, options)
  } finally {
    await cluster?.dispose()
    await Promise.all(servers.map((each) => each.stop()))
  }
}

/** Process ids, once the replicas follow. */
async function followed(servers: readonly RedisServer[]): Promise<readonly number[]> {
  const info = (port: number): string =>
    execFileSync('redis-cli', ['-p', String(port), 'INFO'], { encoding: 'utf8' })
  for (const { port } of servers.slice(1)) {
    while (!info(port).includes('master_link_status:up')) await sleep(50)
  }
  return servers.map(({ port }) => Number(/process_id:(\d+)/.exec(info(port))?.[1]))
}

async function measure(
  systems: readonly System[],
  { rounds, requests }: EventualOptions,
): Promise<readonly EventualRow[]> {
  const rows: EventualRow[] = []
  for (const { command, pipeline, bar } of cases) {
    const found = { redis: [] as Measured[], quorate: [] as Measured[] }
    const count = requests * (pipeline > 1 ? 4 : 1)
    // What runs often is compiled while it does: in the first seconds a SET costs twice as much.
    for (const { port } of rounds > 1 ? systems : []) {
      await redisBenchmark({ port, command, pipeline, requests: count * 3 })
    }
    for (let round = 0; round <= rounds; round++) {
      for (const { name, port, pids } of round % 2 === 0 ? systems : systems.toReversed()) {
        const before = pids.map(microsecondsOf)
        const { perSecond } = await redisBenchmark({ port, command, pipeline, requests: count })
        await sleep(settleMs)
        const cost = pids.map((pid, i) => (microsecondsOf(pid) - (before[i] ?? 0)) / count)
        // The first one warms up.
        if (round > 0 || rounds === 1) found[name].push({ perSecond, cost })
      }
    }
    const name = pipeline === 1 ? command : `${command}, pipeline ${pipeline}`
    rows.push({ name, bar, redis: median(found.redis), quorate: median(found.quorate) })
  }
  return rows
}

function median(all: readonly Measured[]): Measured {
  const sorted = all.toSorted((a, b) => a.perSecond - b.perSecond)
  return sorted[Math.floor(sorted.length / 2)] ?? { perSecond: 0, cost: [] }
}

/** Microseconds of processor time that a process used up; not a number where nobody tells. */
function microsecondsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
    // In hundredths of a second: user and system.
    return (Number(fields[11]) + Number(fields[12])) * 10_000
  } catch {
    return Number.NaN
  }
}

export function describeEventual(rows: readonly EventualRow[]): string {
  const head = ['', 'redis, two replicas', 'eventual, none', 'ratio', 'bar']
  const cost = ['CPU us: redis, replicas', 'CPU us: member, others']
  const costOf = ({ cost: all }: Measured): string => all.map((each) => each.toFixed(1)).join(' ')
  const lines = rows.map(({ name, bar, redis, quorate }) => [
    name,
    redis.perSecond.toFixed(0),
    quorate.perSecond.toFixed(0),
    (quorate.perSecond / redis.perSecond).toFixed(2),
    bar.toFixed(2),
    costOf(redis),
    costOf(quorate),
  ])
  return [[...head, ...cost], ...lines]
    .map((row) => row.map((cell) => cell.padStart(25)).join(''))
    .join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (eventualMissing !== null) {
    console.log(`${eventualMissing}: apt-get install redis-server redis-tools`)
  } else {
    const rounds = Number(process.env['ROUNDS'] ?? 5)
    const requests = Number(process.env['REQUESTS'] ?? 100_000)
    console.log(
      `50 clients, 64-byte values, ${requests} requests, ${3 * requests} before them, median of ${rounds} interleaved rounds`,
    )
    console.log(describeEventual(await benchEventual({ rounds, requests })))
  }
}
