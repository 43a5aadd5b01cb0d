// Slots move from one shard group to another under the write load of plain clients (ioredis as it comes, one member
// each): do they see an error, is a key lost or doubled, how long do writes take meanwhile against before, and how
// many keys move in a second?

import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Redis } from 'ioredis'
import { TestCluster } from '../e2e/cluster.js'
import { lostWrites } from './written.js'

export interface MoveOptions {
  readonly slots: number
  readonly keys: number
  readonly clients: number
  /** Milliseconds of load before the move. */
  readonly beforeMs: number
  /** Its leader dies so many times meanwhile. */
  readonly kills?: number
}

const bars = { errors: 0, lost: 0, timesP99: 3 }

export interface MoveResult {
  readonly moved: number
  readonly seconds: number
  readonly writes: number
  readonly before: { readonly p50: number; readonly p99: number }
  readonly during: { readonly p50: number; readonly p99: number }
  readonly errors: readonly string[]
  readonly lost: readonly string[]
  readonly total: number
}

/** Writes counters, one key after the other; of each the last answered value. */
class Writer {
  readonly errors: string[] = []
  readonly written = new Map<string, number>()
  times: number[] = []
  writes = 0
  readonly #redis: Redis
  readonly #keys: readonly string[]
  #isOver = false

  constructor(port: number, keys: readonly string[]) {
    this.#redis = new Redis({ host: '127.0.0.1', port })
    this.#redis.on('error', () => undefined)
    this.#keys = keys
  }

  async run(): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const key = this.#keys[n % this.#keys.length] as string
      const from = performance.now()
      try {
        const value = await this.#redis.incr(key)
        const last = this.written.get(key) ?? 0
        // Nobody else writes it: it counts each time once.
        if (value <= last) this.errors.push(`${key} goes from ${last} to ${value}`)
        this.written.set(key, value)
      } catch (error) {
        this.errors.push(`${key}: ${String(error)}`)
      }
      this.times.push(performance.now() - from)
      this.writes++
    }
  }

  stop(): void {
    this.#isOver = true
  }

  lost(): Promise<readonly string[]> {
    return lostWrites(this.#redis, this.written, (found, answered) => found === answered)
  }
}

/** Both shard groups at every member. */
export async function benchMove(options: MoveOptions): Promise<MoveResult> {
  const cluster = await TestCluster.start({ config: { shards: 2 }, proxied: false })
  const redis = new Redis({ host: '127.0.0.1', port: cluster.ports[0] as number })
  try {
    redis.on('error', () => undefined)
    const keys = await fill(redis, options)
    const writers = Array.from({ length: options.clients }, (_, index) => {
      const own = keys.filter((_key, at) => at % options.clients === index).slice(0, 2_000)
      return new Writer(cluster.ports[index % cluster.count] as number, own)
    })
    const running = writers.map((writer) => writer.run())
    await sleep(options.beforeMs)
    const before = timesOf(writers)
    const from = performance.now()
    await redis.call('QUORATE', 'MOVE', 'SLOTS', `0-${options.slots - 1}`, 'TO', '1')
    let kills = options.kills ?? 0
    while (await isMoving(cluster)) {
      await sleep(50)
      if (kills > 0) {
        kills--
        await sleep(300)
        const member = cluster.all[kills % cluster.count] as number
        await cluster.process(member).kill()
        cluster.startMember(member)
        await cluster.waitReady()
      }
    }
    const seconds = (performance.now() - from) / 1_000
    const during = timesOf(writers)
    for (const writer of writers) writer.stop()
    await Promise.all(running)
    const lost: string[] = []
    for (const writer of writers) lost.push(...(await writer.lost()))
    const again = new Redis({ host: '127.0.0.1', port: cluster.ports[1] as number })
    const total = await again.dbsize()
    again.disconnect()
    const errors = writers.flatMap((writer) => writer.errors)
    const writes = writers.reduce((sum, writer) => sum + writer.writes, 0)
    return { moved: keys.length, seconds, writes, before, during, errors, lost, total }
  } finally {
    redis.disconnect()
    await cluster.dispose()
  }
}

/** Keys whose slots will move, by hash tags: so many in each slot. */
async function fill(redis: Redis, { slots, keys }: MoveOptions): Promise<readonly string[]> {
  const { keySlot } = await import('../../src/base/keyslot.js')
  const made: string[] = []
  for (let n = 0; made.length < keys; n++) if (keySlot(`key:${n}`) < slots) made.push(`key:${n}`)
  for (let at = 0; at < made.length; at += 500) {
    const pipeline = redis.pipeline()
    for (const key of made.slice(at, at + 500)) pipeline.set(key, '0')
    await pipeline.exec()
  }
  return made
}

async function isMoving(cluster: TestCluster): Promise<boolean> {
  for (const port of cluster.ports) {
    const redis = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: 3 })
    redis.on('error', () => undefined)
    try {
      const text = String(await redis.call('QUORATE', 'TOPOLOGY'))
      const { moves }: { moves: readonly unknown[] } = JSON.parse(text)
      return moves.length > 0
    } catch {
      // The next one.
    } finally {
      redis.disconnect()
    }
  }
  return true
}

function timesOf(writers: readonly Writer[]): { readonly p50: number; readonly p99: number } {
  const all = writers.flatMap(({ times }) => times).sort((a, b) => a - b)
  for (const writer of writers) writer.times = []
  const at = (share: number): number => all[Math.floor((all.length - 1) * share)] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}

export function describeMove(result: MoveResult): string {
  const { moved, seconds, writes, before, during, errors, lost, total } = result
  const ms = (value: number): string => value.toFixed(1)
  return [
    `${moved} keys moved in ${seconds.toFixed(1)} s: ${Math.round(moved / seconds)} a second; ${writes} writes`,
    `before: p50 ${ms(before.p50)} ms, p99 ${ms(before.p99)} ms`,
    `while moving: p50 ${ms(during.p50)} ms, p99 ${ms(during.p99)} ms (${ms(during.p99 / before.p99)} times, bar ${bars.timesP99})`,
    `errors ${errors.length} (bar ${bars.errors}), lost or doubled ${lost.length} (bar ${bars.lost}), keys in the end ${total}`,
    ...errors.slice(0, 5),
    ...lost.slice(0, 5),
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise)
  const result = await benchMove({
    slots: number('SLOTS', 1_000),
    keys: number('KEYS', 200_000),
    clients: number('CLIENTS', 24),
    beforeMs: 5_000,
    kills: number('KILLS', 0),
  })
  process.stdout.write(`${describeMove(result)}\n`)
}
