// Writers that remember what was acknowledged: counters of increments, lists of unique values made
// with APPEND, and single keys. `verify` counts what was lost and what was doubled.

import { Redis } from 'ioredis'

/** What a run of the writers is held to. */
export interface Verdict {
  readonly acknowledged: number
  readonly unknown: number
  readonly refused: number
  readonly lost: number
  readonly doubled: number
  /** What was wrong, a few examples. */
  readonly faults: readonly string[]
}

type Outcome = 'acknowledged' | 'unknown' | 'refused'

interface Written {
  readonly id: string
  readonly kind: 'append' | 'increment' | 'set'
  readonly outcome: Outcome
  /** What INCR answered. */
  readonly value: number
}

export interface WorkloadOptions {
  readonly ports: readonly number[]
  readonly writers?: number
  /** Prefix of the keys: a run of its own on a shared cluster. */
  readonly name?: string
}

const idLength = 12

/** A client that never tries again by itself: what happened to a write must stay visible. */
export function plainClient(port: number): Redis {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    connectTimeout: 30_000,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => null,
  })
  client.on('error', () => undefined)
  return client
}

/** What `use` answers, once it passes: an election may come at any moment on a busy machine, and refuses. */
export async function whenServed<T>(
  port: number,
  use: (client: Redis) => Promise<T>,
  msMax = 120_000,
): Promise<T> {
  const until = performance.now() + msMax
  for (;;) {
    const client = plainClient(port)
    try {
      await client.connect()
      return await use(client)
    } catch (error) {
      if (performance.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    } finally {
      client.disconnect()
    }
  }
}

/** Whether an error says that the write did not happen. */
function isDefinite(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'ReplyError' && !error.message.startsWith('UNKNOWNRESULT')
}

export class Workload {
  readonly #options: WorkloadOptions
  readonly #name: string
  readonly #written: Written[] = []
  #isRunning = false
  #writers: readonly Promise<void>[] = []
  #count = 0

  constructor(options: WorkloadOptions) {
    this.#options = options
    this.#name = options.name ?? 'w'
  }

  /** Begins to write, spread over all ports. */
  start(): void {
    this.#isRunning = true
    const count = this.#options.writers ?? 6
    this.#writers = Array.from({ length: count }, (_, i) => this.#write(i))
  }

  get acknowledged(): number {
    return this.#written.filter((each) => each.outcome === 'acknowledged').length
  }

  /** Ends the writers; each finishes the write it is at. */
  async stop(): Promise<void> {
    this.#isRunning = false
    await Promise.all(this.#writers)
  }

  /** Reads everything back over one port; from the start again where a read is refused. */
  async verify(port: number): Promise<Verdict> {
    return judge(this.#written, await whenServed(port, (client) => this.#readAll(client)))
  }

  async #write(writer: number): Promise<void> {
    const { ports } = this.#options
    let at = writer
    let client: Redis | null = null
    while (this.#isRunning) {
      if (client === null) {
        client = await connectTo(ports[at++ % ports.length] ?? 0)
        if (client === null) await new Promise((resolve) => setTimeout(resolve, 20))
        continue
      }
      const written = await this.#writeOne(client, writer)
      this.#written.push(written)
      if (written.outcome === 'acknowledged') continue
      client.disconnect()
      client = null
    }
    client?.disconnect()
  }

  async #writeOne(client: Redis, writer: number): Promise<Written> {
    const number = this.#count++
    const id = `${writer}.${number}`.padEnd(idLength, '_')
    const kind = (['append', 'increment', 'set'] as const)[number % 3] ?? 'set'
    try {
      const value = await this.#send(client, kind, id)
      return { id, kind, outcome: 'acknowledged', value }
    } catch (error) {
      return { id, kind, outcome: isDefinite(error) ? 'refused' : 'unknown', value: 0 }
    }
  }

  async #send(client: Redis, kind: Written['kind'], id: string): Promise<number> {
    if (kind === 'append') return client.append(`${this.#name}:list`, id)
    if (kind === 'increment') return client.incr(`${this.#name}:counter`)
    await client.set(`${this.#name}:key:${id}`, id)
    return 0
  }

  async #readAll(client: Redis): Promise<Found> {
    // At any level: what was acknowledged before, at whichever member.
    await client.call('QUORATE', 'CONSISTENCY', 'STRONG')
    const list = (await client.get(`${this.#name}:list`)) ?? ''
    const counter = Number((await client.get(`${this.#name}:counter`)) ?? 0)
    const keys = new Set<string>()
    const ids = this.#written.filter((each) => each.kind === 'set').map((each) => each.id)
    for (let at = 0; at < ids.length; at += 500) {
      const some = ids.slice(at, at + 500)
      const values = await client.mget(...some.map((id) => `${this.#name}:key:${id}`))
      some.forEach((id, i) => {
        if (values[i] === id) keys.add(id)
      })
    }
    return { list, counter, keys }
  }
}

/** Null where nobody answers. */
export async function connectTo(port: number): Promise<Redis | null> {
  const client = plainClient(port)
  try {
    await client.connect()
    return client
  } catch {
    client.disconnect()
    return null
  }
}

export interface Found {
  /** All ids that were appended, one behind the other. */
  readonly list: string
  readonly counter: number
  readonly keys: ReadonlySet<string>
}

/** Holds what is there against what was acknowledged. Pure. */
export function judge(written: readonly Written[], found: Found): Verdict {
  const faults: string[] = []
  let lost = 0
  let doubled = 0
  const times = new Map<string, number>()
  for (let at = 0; at < found.list.length; at += idLength) {
    const id = found.list.slice(at, at + idLength)
    times.set(id, (times.get(id) ?? 0) + 1)
  }
  for (const [id, count] of times) {
    if (count > 1) {
      doubled += count - 1
      faults.push(`${id} stands ${count} times in the list`)
    }
  }
  for (const { id, kind, outcome } of written) {
    const isThere = kind === 'append' ? times.has(id) : kind === 'set' ? found.keys.has(id) : null
    if (outcome === 'acknowledged' && isThere === false) {
      lost++
      faults.push(`${kind} ${id} was acknowledged and is gone`)
    }
    if (outcome === 'refused' && isThere === true) {
      doubled++
      faults.push(`${kind} ${id} was refused and is there`)
    }
  }
  const counter = judgeCounter(written, found.counter)
  return {
    acknowledged: countOf(written, 'acknowledged'),
    unknown: countOf(written, 'unknown'),
    refused: countOf(written, 'refused'),
    lost: lost + counter.lost,
    doubled: doubled + counter.doubled,
    faults: [...faults, ...counter.faults].slice(0, 10),
  }
}

function judgeCounter(
  written: readonly Written[],
  value: number,
): { readonly lost: number; readonly doubled: number; readonly faults: readonly string[] } {
  const increments = written.filter((each) => each.kind === 'increment')
  const answers = increments.filter((each) => each.outcome === 'acknowledged')
  const atMost = answers.length + countOf(increments, 'unknown')
  const repeated = answers.length - new Set(answers.map((each) => each.value)).size
  const lost = Math.max(0, answers.length - value)
  const doubled = Math.max(0, value - atMost) + repeated
  const faults: string[] = []
  if (lost > 0)
    faults.push(`the counter is ${value} after ${answers.length} acknowledged increments`)
  if (value > atMost)
    faults.push(`the counter is ${value}, but at most ${atMost} increments were sent`)
  if (repeated > 0) faults.push(`${repeated} increments were answered with a value given before`)
  return { lost, doubled, faults }
}

function countOf(written: readonly Written[], outcome: Outcome): number {
  return written.filter((each) => each.outcome === outcome).length
}
