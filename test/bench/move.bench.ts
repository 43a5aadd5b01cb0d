// Slots move from one shard group to another under the load of plain clients and of clients that know Redis Cluster:
// do they see an error, is a key lost or doubled, is there an order that explains what they were told, how long do
// commands take meanwhile against before, and how many keys move in a second?

import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Redis } from 'ioredis'
import { keySlot } from '../../src/base/keyslot.js'
import { checkKey } from '../checker/linearizable.js'
import { TestCluster } from '../e2e/cluster.js'
import { type Kind, kinds, openClient, Teller, Told, Writer } from './move-clients.js'

export interface MoveOptions {
  readonly slots: number
  readonly keys: number
  /** Plain writers. */
  readonly clients: number
  /** Writers of each kind that knows Redis Cluster. */
  readonly aware: number
  /** Tellers, of all kinds in turn. */
  readonly tellers: number
  /** Keys that they share, spread over the slots. */
  readonly shared: number
  /** Megabytes of large lists, hashes, sorted sets and texts beside them. */
  readonly largeMb?: number
  /** Milliseconds of load before the move. */
  readonly beforeMs: number
  /** Its leader dies so many times meanwhile. */
  readonly kills?: number
}

const bars = { errors: 0, lost: 0, timesP99: 3 }

interface Times {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface MoveResult {
  readonly moved: number
  readonly seconds: number
  readonly calls: Readonly<Record<Kind, number>>
  readonly before: Times
  readonly during: Times
  readonly errors: Readonly<Record<Kind, readonly string[]>>
  /** Keys lost or doubled, of all. */
  readonly wrong: readonly string[]
  readonly history: Histories
  readonly total: number
}

export interface Histories {
  readonly keys: number
  readonly operations: number
  readonly undecided: number
  readonly violations: readonly string[]
}

/** Shared keys that tellers use at a time: those that move next. */
const frontKeys = 3

/** Both shard groups at every member. */
export async function benchMove(options: MoveOptions): Promise<MoveResult> {
  const config = { shards: 2 }
  const cluster = await TestCluster.start({ config, proxied: false, aware: true })
  const redis = new Redis({ host: '127.0.0.1', port: cluster.ports[0] as number })
  redis.on('error', () => undefined)
  const load = new Load(options)
  try {
    const keys = await fill(redis, options)
    const large = await fillLarge(redis, options)
    await load.open(cluster, keys)
    const running = load.callers.map((caller) => caller.run())
    // They have just connected, and what was filled is still on its way to the disk.
    await sleep(options.beforeMs / 2)
    timesOf(load)
    await sleep(options.beforeMs)
    const before = timesOf(load)
    const from = performance.now()
    await redis.call('QUORATE', 'MOVE', 'SLOTS', `0-${options.slots - 1}`, 'TO', '1')
    let kills = options.kills ?? 0
    while (await isMoving(cluster, load)) {
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
    const during = timesOf(load)
    for (const caller of load.callers) caller.stop()
    await Promise.all(running)
    const wrong = [
      ...(await load.wrong(keys, cluster.ports[1] as number)),
      ...(await wrongLarge(cluster.ports[1] as number, large)),
    ]
    const history = await load.judge()
    const again = new Redis({ host: '127.0.0.1', port: cluster.ports[1] as number })
    const total = (await again.dbsize()) - large.size
    again.disconnect()
    const { calls, errors } = load
    return {
      ...{ moved: keys.length, seconds, calls, before, during, errors },
      ...{ wrong, history, total },
    }
  } finally {
    load.close()
    redis.disconnect()
    await cluster.dispose()
  }
}

/** All that use the cluster meanwhile. */
class Load {
  readonly writers: Writer[] = []
  readonly tellers: Teller[] = []
  /** The slot that moves next; below 0 while none does. */
  front = -1
  readonly #options: MoveOptions
  readonly #told = new Told()
  #shared: readonly string[] = []

  constructor(options: MoveOptions) {
    this.#options = options
  }

  get callers(): readonly (Writer | Teller)[] {
    return [...this.writers, ...this.tellers]
  }

  get calls(): Readonly<Record<Kind, number>> {
    return byKind((kind) => this.#of(kind).reduce((sum, { calls }) => sum + calls, 0))
  }

  get errors(): Readonly<Record<Kind, readonly string[]>> {
    return byKind((kind) => this.#of(kind).flatMap(({ errors }) => errors))
  }

  async open(cluster: TestCluster, keys: readonly string[]): Promise<void> {
    const { clients, aware, tellers, shared, kills = 0 } = this.#options
    const ports = { plain: cluster.ports, aware: cluster.clusterPorts }
    const bySlot = keys.toSorted((a, b) => keySlot(a) - keySlot(b))
    const stride = Math.max(1, Math.floor(keys.length / shared))
    this.#shared = bySlot.filter((_, at) => at % stride === 0)
    const isShared = new Set(this.#shared)
    const own = keys.filter((key) => !isShared.has(key))
    const wanted = kinds.flatMap((kind) =>
      new Array<Kind>(kind === 'plain' ? clients : aware).fill(kind),
    )
    for (const [index, kind] of wanted.entries()) {
      const mine = own.filter((_key, at) => at % wanted.length === index).slice(0, 2_000)
      this.writers.push(new Writer(await openClient(kind, ports, index), mine, kills > 0))
    }
    const of = { told: this.#told, keys: () => this.#keysNow() }
    for (let seat = 0; seat < tellers; seat++) {
      const client = await openClient(kinds[seat % kinds.length] as Kind, ports, seat)
      this.tellers.push(new Teller(client, { ...of, seat }))
    }
  }

  /** Lost or doubled: keys that are worth anything else than what was answered last, or than what they were filled with. */
  async wrong(keys: readonly string[], port: number): Promise<readonly string[]> {
    const written = new Map(this.writers.flatMap((writer) => [...writer.written]))
    const isShared = new Set(this.#shared)
    const redis = new Redis({ host: '127.0.0.1', port })
    const found = this.writers.flatMap(({ wrong }) => wrong)
    const own = keys.filter((key) => !isShared.has(key))
    for (let at = 0; at < own.length; at += 500) {
      const some = own.slice(at, at + 500)
      const values = await redis.mget(some)
      for (const [i, key] of some.entries()) {
        const value = String(written.get(key) ?? 0)
        if (values[i] !== value) found.push(`${key}: ${values[i]} instead of ${value}`)
      }
    }
    redis.disconnect()
    return found
  }

  /** Each shared key is read once more; then: is there an order of all that was done with it? */
  async judge(): Promise<Histories> {
    const [reader] = this.tellers
    const violations: string[] = []
    let undecided = 0
    for (const key of this.#shared) await reader?.ask('get', key)
    for (const [key, operations] of this.#told.byKey) {
      const { kind } = checkKey(operations, { start: '0' })
      if (kind === 'violation') violations.push(`${key}: ${operations.length} operations`)
      if (kind === 'undecided') undecided++
    }
    const { byKey, count } = this.#told
    return { keys: byKey.size, operations: count, undecided, violations }
  }

  close(): void {
    for (const { client } of this.callers) client.close()
  }

  #keysNow(): readonly string[] {
    const { front } = this
    if (front < 0) return this.#shared
    const free = this.#shared.filter((key) => !this.#told.isFull(key))
    const near = free.filter((key) => keySlot(key) >= front)
    return near.length > 0 ? near.slice(0, frontKeys) : free
  }

  #of(kind: Kind): readonly (Writer | Teller)[] {
    return this.callers.filter(({ client }) => client.kind === kind)
  }
}

function byKind<T>(of: (kind: Kind) => T): Readonly<Record<Kind, T>> {
  return {
    plain: of('plain'),
    'ioredis.Cluster': of('ioredis.Cluster'),
    createCluster: of('createCluster'),
  }
}

/** Keys whose slots will move, so many in each slot. */
async function fill(redis: Redis, { slots, keys }: MoveOptions): Promise<readonly string[]> {
  const made: string[] = []
  for (let n = 0; made.length < keys; n++) if (keySlot(`key:${n}`) < slots) made.push(`key:${n}`)
  for (let at = 0; at < made.length; at += 500) {
    const pipeline = redis.pipeline()
    for (const key of made.slice(at, at + 500)) pipeline.set(key, '0')
    await pipeline.exec()
  }
  return made
}

/** A megabyte each, in 2,000 elements or one text; what is in them, by key. */
async function fillLarge(
  redis: Redis,
  { slots, largeMb = 0 }: MoveOptions,
): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>()
  for (let n = 0; made.size < largeMb; n++) {
    const key = `large:${n}`
    if (keySlot(key) >= slots) continue
    const kind = made.size % 4
    for (let part = 0; part < 20; part++) {
      const items = Array.from({ length: 100 }, (_, i) => {
        const id = part * 100 + i
        const text = `${id}:`.padEnd(512, 'x')
        if (kind === 0) return [text]
        return kind === 1 ? [`f${id}`, text] : [String(id), text]
      }).flat()
      if (kind === 0) await redis.rpush(key, ...items.map(String))
      else if (kind === 1) await redis.hset(key, ...items)
      else if (kind === 2) await redis.zadd(key, ...items)
      else await redis.append(key, items.join('').slice(0, 51_200))
    }
    made.set(key, await contentOf(redis, key))
  }
  return made
}

/** Order of fields aside. */
async function contentOf(redis: Redis, key: string): Promise<string> {
  switch (await redis.type(key)) {
    case 'list':
      return (await redis.lrange(key, 0, -1)).join()
    case 'hash':
      return Object.entries(await redis.hgetall(key))
        .map(([field, value]) => `${field}=${value}`)
        .sort()
        .join()
    case 'zset':
      return (await redis.zrange(key, '0', '-1', 'WITHSCORES')).join()
    default:
      return String(await redis.get(key))
  }
}

async function wrongLarge(port: number, large: ReadonlyMap<string, string>): Promise<string[]> {
  const redis = new Redis({ host: '127.0.0.1', port })
  const found: string[] = []
  for (const [key, content] of large)
    if ((await contentOf(redis, key)) !== content) found.push(`${key} is not what it was`)
  redis.disconnect()
  return found
}

/** Whether the move goes on, and how far it is. */
async function isMoving(cluster: TestCluster, load: Load): Promise<boolean> {
  for (const port of cluster.ports) {
    const redis = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: 3 })
    redis.on('error', () => undefined)
    try {
      const { moves } = JSON.parse(String(await redis.call('QUORATE', 'TOPOLOGY')))
      const { groups } = JSON.parse(String(await redis.call('QUORATE', 'STATUS')))
      const slot = /^slots (\d+)/.exec(String(groups[0]?.moving))?.[1]
      load.front = Number(slot ?? load.front)
      return moves.length > 0
    } catch {
      // The next one.
    } finally {
      redis.disconnect()
    }
  }
  return true
}

/** Since it was asked last. */
function timesOf({ callers }: Load): Times {
  const all = Float64Array.from(callers.flatMap(({ times }) => times)).sort()
  for (const caller of callers) caller.times = []
  const at = (share: number): number => all[Math.floor((all.length - 1) * share)] ?? 0
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

export function describeMove(result: MoveResult): string {
  const { moved, seconds, calls, before, during, errors, wrong, history, total } = result
  const ms = ({ p50, p99, max }: Times): string =>
    `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${max.toFixed(0)} ms`
  const times = (during.p99 / before.p99).toFixed(1)
  const byClient = kinds.map((kind) => `${kind} ${errors[kind].length} of ${calls[kind]}`)
  return [
    `${moved} keys moved in ${seconds.toFixed(1)} s: ${Math.round(moved / seconds)} a second`,
    `before: ${ms(before)}`,
    `while moving: ${ms(during)} (p99 ${times} times, bar ${bars.timesP99})`,
    `errors: ${byClient.join(', ')} commands (bar ${bars.errors})`,
    `lost or doubled ${wrong.length} (bar ${bars.lost}), keys in the end ${total}`,
    `history: ${history.operations} operations on ${history.keys} keys, not linearizable ${history.violations.length}, undecided ${history.undecided}`,
    ...kinds.flatMap((kind) => errors[kind].slice(0, 3)),
    ...wrong.slice(0, 5),
    ...history.violations.slice(0, 5),
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise)
  const result = await benchMove({
    slots: number('SLOTS', 1_000),
    keys: number('KEYS', 200_000),
    clients: number('CLIENTS', 16),
    aware: number('AWARE', 2),
    tellers: number('TELLERS', 6),
    shared: number('SHARED', 100),
    largeMb: number('LARGE', 0),
    beforeMs: 5_000,
    kills: number('KILLS', 0),
  })
  process.stdout.write(`${describeMove(result)}\n`)
}
