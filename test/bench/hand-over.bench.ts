// What transactions and blocking pops cost beside redis-server, in one run, rounds interleaved, medians
// compared: MULTI of five SETs in one write, and hand-over from a ZADD to a BZPOPMIN that waits.

import type { Socket } from 'node:net'
import { pathToFileURL } from 'node:url'
import { TestCluster } from '../e2e/cluster.js'
import { type RedisServer, redisMissing, startRedis } from '../redis-server.js'
import { encodeCommand, openSocket } from './load.js'

export interface HandOverOptions {
  readonly rounds: number
  /** Milliseconds of one measurement. */
  readonly ms: number
}

const clients = 50
const bar = 0.5
const systems = ['redis', 'one', 'three'] as const
type System = (typeof systems)[number]

export interface HandOverRow {
  readonly name: string
  /** A second. */
  readonly medians: Readonly<Record<System, number>>
}

/** One exchange of a client after the other; `bytes` of reply end it. */
interface Exchange {
  readonly begin: () => void
  readonly parts: readonly { readonly socket: Socket; readonly bytes: number }[]
}

type Question = (port: number, client: number) => Promise<Exchange>

const value = 'v'.repeat(64)

const multiOfFive: Question = async (port, client) => {
  const socket = await openSocket(port)
  let text = encodeCommand('MULTI')
  for (let i = 0; i < 5; i++) text += encodeCommand('SET', `multi:${client}:${i}`, value)
  text += encodeCommand('EXEC')
  const replies = `+OK\r\n${'+QUEUED\r\n'.repeat(5)}*5\r\n${'+OK\r\n'.repeat(5)}`
  return {
    begin: () => socket.write(text, 'latin1'),
    parts: [{ socket, bytes: replies.length }],
  }
}

/** Half as many pairs as there are clients. */
const handOver: Question = async (port, client) => {
  const [taker, giver] = [await openSocket(port), await openSocket(port)]
  const key = `hand-over:${client}`
  const take = encodeCommand('BZPOPMIN', key, '0')
  const give = encodeCommand('ZADD', key, '1', value)
  const taken = `*3\r\n$${key.length}\r\n${key}\r\n$64\r\n${value}\r\n$1\r\n1\r\n`
  return {
    begin: () => {
      taker.write(take, 'latin1')
      giver.write(give, 'latin1')
    },
    parts: [
      { socket: taker, bytes: taken.length },
      { socket: giver, bytes: 4 },
    ],
  }
}

const questions = [
  { name: 'MULTI of five SET', question: multiOfFive, count: clients },
  { name: 'BZPOPMIN hand-over', question: handOver, count: clients / 2 },
] as const

export const handOverMissing: string | null = redisMissing

export async function benchHandOver(options: HandOverOptions): Promise<readonly HandOverRow[]> {
  let redis: RedisServer | null = null
  const clusters: TestCluster[] = []
  try {
    redis = await startRedis()
    const flags = ['--durability', 'none']
    const one = await TestCluster.start({ members: 1, proxied: false, flags })
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
  { rounds, ms }: HandOverOptions,
): Promise<readonly HandOverRow[]> {
  const rows: HandOverRow[] = []
  for (const { name, question, count } of questions) {
    const figures: Record<System, number[]> = { redis: [], one: [], three: [] }
    for (let round = 0; round < rounds; round++) {
      for (const system of systems) {
        figures[system].push(await perSecond(question, { port: ports[system], count, ms }))
      }
    }
    const of = (system: System): number =>
      figures[system].toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0
    rows.push({ name, medians: { redis: of('redis'), one: of('one'), three: of('three') } })
  }
  return rows
}

async function perSecond(
  question: Question,
  { port, count, ms }: { readonly port: number; readonly count: number; readonly ms: number },
): Promise<number> {
  const exchanges: Exchange[] = []
  for (let i = 0; i < count; i++) exchanges.push(await question(port, i))
  const begin = performance.now()
  const totals = await Promise.all(exchanges.map((each) => repeat(each, begin + ms)))
  const seconds = (performance.now() - begin) / 1000
  for (const { parts } of exchanges) for (const { socket } of parts) socket.destroy()
  return totals.reduce((sum, each) => sum + each, 0) / seconds
}

/** As often as it goes until the time is over; how often. */
function repeat({ begin, parts }: Exchange, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0
    let open = parts.length
    const missing = parts.map(({ bytes }) => bytes)
    parts.forEach(({ socket, bytes }, at) => {
      socket.on('close', () => reject(new Error('the connection was closed')))
      socket.on('data', (data) => {
        missing[at] = (missing[at] as number) - data.length
        if (missing[at] > 0) return
        if (missing[at] < 0)
          return reject(new Error(`more than expected: ${data.toString('latin1')}`))
        missing[at] = bytes
        if (--open > 0) return
        count++
        open = parts.length
        if (performance.now() < until) begin()
        else resolve(count)
      })
    })
    begin()
  })
}

/** The table, exchanges a second, with ratios to redis-server. */
export function describeHandOver(rows: readonly HandOverRow[]): string {
  const head = ['', 'redis-server', 'one, none', 'ratio', 'bar', 'three, always', 'ratio']
  const lines = rows.map(({ name, medians: { redis, one, three } }) => [
    name,
    redis.toFixed(0),
    one.toFixed(0),
    (one / redis).toFixed(2),
    bar.toFixed(2),
    three.toFixed(0),
    (three / redis).toFixed(2),
  ])
  return [head, ...lines].map((row) => row.map((cell) => cell.padStart(20)).join('')).join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (handOverMissing !== null) console.log(`${handOverMissing}: apt-get install redis-server`)
  else {
    const rounds = Number(process.env['ROUNDS'] ?? 5)
    console.log(`${clients} connections, median of ${rounds} interleaved rounds, per second`)
    console.log(describeHandOver(await benchHandOver({ rounds, ms: 2_000 })))
  }
}
