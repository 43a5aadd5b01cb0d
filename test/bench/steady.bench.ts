// Does a member stay as it is while much is in it, or many are connected? One cache member: how soon it serves again
// with its keys, stopped and killed; what thousands of idle connections cost the others; SETs among many keys against
// few; and bytes of resident memory for a key, beside redis-server where it is installed.
// `KEYS=5000000 IDLE=10000 ASK=restart,crowd,growth,bytes node .../steady.bench.js`

import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { drawnKey, fill } from '../compare/growth.js'
import { clientsMax } from '../compare/quorate.js'
import { redis } from '../compare/rivals.js'
import type { Running } from '../compare/system.js'
import { TestCluster } from '../e2e/cluster.js'
import { ask, encodeCommand, loadSets, openSocket, pour } from './load.js'

const value = 'x'.repeat(64)

function flagsOf(durability: string): readonly string[] {
  return ['--level', durability === 'none' ? 'eventual' : 'strong', '--durability', durability]
}

async function startMember(
  durability: string,
  config: Readonly<Record<string, unknown>> = {},
): Promise<TestCluster> {
  const whole = { clients: { max: clientsMax }, ...config }
  return TestCluster.start({
    members: 1,
    proxied: false,
    flags: flagsOf(durability),
    config: whole,
  })
}

const load = (keys: number) => ({ keys, clients: 50, valueBytes: 64, pipeline: 1 })

/** Milliseconds that a start may take. */
const restartMsMax = 120_000

/** Seconds until a member with `keys` keys answers again with one of them. */
export async function benchRestart(
  keys: number,
  durability: 'always' | 'none',
  how: 'stop' | 'kill',
): Promise<number> {
  const cluster = await startMember(durability)
  try {
    const port = cluster.ports[0] ?? 0
    await fill(port, load(keys))
    await cluster.process(0)[how]()
    const began = performance.now()
    cluster.startMember(0)
    const get = (): Promise<string> => ask(port, 'GET', drawnKey(keys - 1)).catch(String)
    for (let reply = await get(); !reply.includes(value); reply = await get()) {
      if (performance.now() - began > restartMsMax) throw new Error(reply)
      await sleep(10)
    }
    return (performance.now() - began) / 1000
  } finally {
    await cluster.dispose()
  }
}

export interface Crowd {
  /** SETs a second, of 50 clients. */
  readonly alone: number
  readonly crowded: number
}

/** The best of `rounds` each, interleaved: 50 clients alone, and beside `idle` connections. */
export async function benchCrowd(idle: number, seconds: number, rounds: number): Promise<Crowd> {
  const cluster = await startMember('none')
  try {
    const port = cluster.ports[0] ?? 0
    const run = async (): Promise<number> => (await sets(port, 10_000, seconds)).perSecond
    await run()
    let [alone, crowded] = [0, 0]
    for (let round = 0; round < rounds; round++) {
      alone = Math.max(alone, await run())
      const sockets: Socket[] = []
      for (let i = 0; i < idle; i++) sockets.push(await openSocket(port))
      crowded = Math.max(crowded, await run())
      for (const socket of sockets) socket.destroy()
      await sleep(200)
    }
    return { alone, crowded }
  } finally {
    await cluster.dispose()
  }
}

function sets(port: number, keys: number, seconds: number) {
  const key = (): string => drawnKey(Math.floor(Math.random() * keys))
  return loadSets(port, { clients: 50, key, until: sleep(seconds * 1000) })
}

export interface Growth {
  /** Milliseconds. */
  readonly few: { readonly p99: number; readonly max: number }
  readonly many: { readonly p99: number; readonly max: number }
}

/** SETs of 50 clients among 10,000 keys, and among `keys`. */
export async function benchGrowth(keys: number, seconds: number): Promise<Growth> {
  const of = async (count: number): Promise<{ p99: number; max: number }> => {
    const cluster = await startMember('none')
    try {
      const port = cluster.ports[0] ?? 0
      await fill(port, load(count))
      await sets(port, count, seconds)
      const { p99Ms, maxMs } = await sets(port, count, seconds)
      return { p99: p99Ms, max: maxMs }
    } finally {
      await cluster.dispose()
    }
  }
  return { few: await of(10_000), many: await of(keys) }
}

export const shapes = ['string', 'hash'] as const

/** Bytes of resident memory for a key of 14 bytes, read `settleMs` later: a string of 64 bytes, or a hash of 8 fields. */
export async function benchBytes(
  start: () => Promise<Running>,
  shape: (typeof shapes)[number],
  keys: number,
  settleMs = 3_000,
): Promise<number> {
  const running = await start()
  try {
    const { port, pids } = running
    const key = (i: number): string => `k:${String(i).padStart(12, '0')}`
    const fields = Array.from({ length: 8 }, (_, i) => [`field${i}`, `value:${i}`]).flat()
    const [command, reply] =
      shape === 'string'
        ? [(i: number) => encodeCommand('SET', key(i), value), '+OK\r\n']
        : [(i: number) => encodeCommand('HSET', key(i), ...fields), ':8\r\n']
    const warm = Math.ceil(keys / 10)
    await pour(port, { count: warm, command, reply })
    await sleep(settleMs)
    const before = residentBytes(pids)
    await pour(port, { count: keys, command: (i) => command(warm + i), reply })
    await sleep(settleMs)
    return (residentBytes(pids) - before) / keys
  } finally {
    await running.stop()
  }
}

function residentBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    return sum + Number(kb) * 1024
  }, 0)
}

/** One member; with `policy` and a bound that is never reached, for which it needs no process with a larger heap. */
export function startCache(policy: string): () => Promise<Running> {
  return async () => {
    const memory = { 'max-memory': '2gb', 'max-memory-policy': policy }
    const config = policy === '' ? {} : { keyspaces: [{ name: 'default', ...memory }] }
    const cluster = await startMember('none', config)
    const pids = cluster.all.map((member) => cluster.process(member).pid)
    return { port: cluster.ports[0] ?? 0, pids, stop: () => cluster.dispose() }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { env } = process
  const keys = Number(env['KEYS'] ?? 1_000_000)
  const idle = Number(env['IDLE'] ?? 10_000)
  const seconds = Number(env['SECONDS'] ?? 5)
  const asked = (env['ASK'] ?? 'restart,crowd,growth,bytes').split(',')
  if (asked.includes('restart')) {
    for (const durability of ['always', 'none'] as const) {
      const stop = await benchRestart(keys, durability, 'stop')
      const kill = durability === 'always' ? await benchRestart(keys, durability, 'kill') : null
      const killed = kill === null ? '' : `, killed ${kill.toFixed(1)} s`
      console.log(`restart, ${keys} keys, ${durability}: ${stop.toFixed(1)} s${killed} (bar 5)`)
    }
  }
  if (asked.includes('crowd')) {
    const { alone, crowded } = await benchCrowd(idle, seconds, 3)
    const ratio = (crowded / alone).toFixed(2)
    console.log(
      `${idle} idle connections: ${alone} and ${crowded} SETs a second, ${ratio} (bar 0.9)`,
    )
  }
  if (asked.includes('growth')) {
    const { few, many } = await benchGrowth(keys, seconds)
    const ratio = (many.p99 / few.p99).toFixed(2)
    const [a, b] = [few, many].map(
      ({ p99, max }) => `p99 ${p99.toFixed(2)}, longest ${max.toFixed(1)} ms`,
    )
    console.log(`SETs among 10000 keys ${a}; ${keys} keys ${b}; ${ratio} (bar 1.5, longest 50 ms)`)
  }
  if (asked.includes('bytes')) {
    for (const shape of shapes) {
      const ours = await benchBytes(startCache(''), shape, keys)
      const uses = await benchBytes(startCache('allkeys-lru'), shape, keys)
      const theirs =
        redis.missing === null ? await benchBytes(redis.start, shape, keys) : Number.NaN
      const times = (bytes: number): string =>
        `${bytes.toFixed(0)} bytes, ${(bytes / theirs).toFixed(2)}`
      const bars = shape === 'string' ? 'bars 1.3, 1.45' : 'bar 1.5'
      console.log(
        `${shape}: redis-server ${theirs.toFixed(0)}; noeviction ${times(ours)}; allkeys-lru ${times(uses)} (${bars})`,
      )
    }
  }
}
