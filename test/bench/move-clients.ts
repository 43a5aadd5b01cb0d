// Clients of the bench of moving slots, as they come: plain ones, each with one member, and two kinds that know Redis
// Cluster. A writer has keys of its own and knows what each must be worth; a teller shares some keys with others
// and notes what it asked, when, and what it was told.

import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { createCluster } from 'redis'
import type { Operation } from '../checker/linearizable.js'

export const kinds = ['plain', 'ioredis.Cluster', 'createCluster'] as const
export type Kind = (typeof kinds)[number]

export interface BenchClient {
  readonly kind: Kind
  /** Of a command with a key; what Redis replies, numbers as text. */
  call(name: 'incr' | 'get' | 'set', key: string, value?: string): Promise<string | null>
  close(): void
}

export interface Ports {
  readonly plain: readonly number[]
  readonly aware: readonly number[]
}

/** The `index`-th client of its kind. */
export async function openClient(kind: Kind, ports: Ports, index: number): Promise<BenchClient> {
  if (kind === 'createCluster') return openNodeRedis(ports.aware)
  const host = '127.0.0.1'
  const redis =
    kind === 'plain'
      ? new Redis({ host, port: ports.plain[index % ports.plain.length] as number })
      : new Cluster(ports.aware.map((port) => ({ host, port })))
  redis.on('error', () => undefined)
  return {
    kind,
    call: async (name, key, value) => {
      if (name === 'set') return redis.set(key, value ?? '')
      return name === 'get' ? redis.get(key) : String(await redis.incr(key))
    },
    close: () => redis.disconnect(),
  }
}

async function openNodeRedis(ports: readonly number[]): Promise<BenchClient> {
  const client = createCluster({
    rootNodes: ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })),
  })
  client.on('error', () => undefined)
  await client.connect()
  return {
    kind: 'createCluster',
    call: async (name, key, value) => {
      if (name === 'set') return client.set(key, value ?? '')
      return name === 'get' ? client.get(key) : String(await client.incr(key))
    },
    close: () => client.destroy(),
  }
}

/** What both do: one command after the other, and how long each took. */
abstract class Caller {
  readonly errors: string[] = []
  times: number[] = []
  calls = 0
  readonly client: BenchClient
  #isOver = false

  constructor(client: BenchClient) {
    this.client = client
  }

  async run(): Promise<void> {
    while (!this.#isOver) {
      const from = performance.now()
      await this.next().catch((error: unknown) => this.errors.push(String(error)))
      this.times.push(performance.now() - from)
      this.calls++
    }
  }

  stop(): void {
    this.#isOver = true
  }

  protected abstract next(): Promise<unknown>
}

/** Counts its keys up, one after the other; of each the last answered value. */
export class Writer extends Caller {
  readonly written = new Map<string, number>()
  /** Keys whose value is none that it may be: nobody else writes them, and each increment counts once. */
  readonly wrong: string[] = []
  readonly #keys: readonly string[]
  /** A client that sent a command twice because its member died may count twice. */
  readonly #mayRepeat: boolean
  #at = 0

  constructor(client: BenchClient, keys: readonly string[], mayRepeat: boolean) {
    super(client)
    this.#keys = keys
    this.#mayRepeat = mayRepeat
  }

  protected async next(): Promise<void> {
    const key = this.#keys[this.#at++ % this.#keys.length] as string
    const value = Number(await this.client.call('incr', key))
    const last = this.written.get(key) ?? 0
    const isRight = this.#mayRepeat ? value > last : value === last + 1
    if (!isRight) this.wrong.push(`${key} goes from ${last} to ${value}`)
    this.written.set(key, value)
  }
}

/** Of one key: a search for their order has to end, and goes as deep. */
const operationsMax = 1_000

/** What all tellers asked and were told, by key. */
export class Told {
  readonly byKey = new Map<string, Operation[]>()
  #ids = 0

  get count(): number {
    return this.#ids
  }

  isFull(key: string): boolean {
    return (this.byKey.get(key)?.length ?? 0) >= operationsMax
  }

  /** A command whose outcome is not known has no reply. */
  async note(args: readonly [string, string, string?], ask: () => Promise<string>): Promise<void> {
    const id = this.#ids++
    const invoked = performance.now()
    let [reply, returned]: [string | null, number] = [null, Number.POSITIVE_INFINITY]
    try {
      reply = await ask()
      returned = performance.now()
    } finally {
      const list = this.byKey.get(args[1]) ?? []
      list.push({ id, args: args as readonly string[], invoked, returned, reply, after: -1 })
      this.byKey.set(args[1], list)
    }
  }
}

/** Reads, sets and counts up keys that others use, too: those that `keys` names now. */
export class Teller extends Caller {
  readonly #told: Told
  readonly #keys: () => readonly string[]
  /** Different values from each. */
  readonly #seat: number
  #n = 0

  constructor(
    client: BenchClient,
    of: { readonly told: Told; readonly keys: () => readonly string[]; readonly seat: number },
  ) {
    super(client)
    this.#told = of.told
    this.#keys = of.keys
    this.#seat = of.seat
  }

  protected async next(): Promise<void> {
    const keys = this.#keys()
    const n = this.#n++
    const key = keys[(n + this.#seat) % keys.length]
    // All have been asked for often enough.
    if (key === undefined) return sleep(1)
    await this.ask((['incr', 'get', 'set', 'incr', 'get'] as const)[n % 5] as 'incr', key)
  }

  async ask(name: 'incr' | 'get' | 'set', key: string): Promise<void> {
    const value = String((this.#n * 64 + this.#seat) * 1_000)
    const call = async (): Promise<string> => {
      const reply = await this.client.call(name, key, value)
      if (name === 'set') return `+${reply}`
      return name === 'incr' ? `:${reply}` : reply === null ? '_' : `$${reply}`
    }
    await this.#told.note(name === 'set' ? [name, key, value] : [name, key], call)
  }
}
