// A mixed load that goes on for hours without growing: random commands of many families on a bounded set of keys,
// at a bounded rate, over all members; and counters whose increments are counted.

import type { Redis } from 'ioredis'
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '../../src/base/random.js'
import { connectTo } from '../e2e/workload.js'

/** As the configuration of the soak names them. */
export const prefixes = {
  strong: 'lock:',
  sequential: 'session:',
  kept: 'count:',
  cache: '',
} as const
export type Space = keyof typeof prefixes

const counters = 16
/** Counters that no bound evicts. */
const countedSpaces = ['strong', 'sequential', 'kept'] as const

export interface MixerOptions {
  readonly ports: readonly number[]
  /** Connections to each member. */
  readonly clients: number
  /** Commands a second, of all clients together, at most. */
  readonly rate: number
  /** Keys of the keyspace that evicts; the others have a hundredth, so that what they hold stops growing within minutes. */
  readonly keys: number
  readonly seed: number
}

export class Mixer {
  commands = 0
  /** By their first word, with the latest one. */
  readonly errors = new Map<string, { readonly count: number; readonly last: string }>()
  readonly #options: MixerOptions
  readonly #random: Random
  /** Increments that were answered, and those of which nobody knows, by counter. */
  readonly #counted = new Map<string, { sure: number; unknown: number }>()
  #isRunning = false
  #clients: readonly Promise<void>[] = []

  constructor(options: MixerOptions) {
    this.#options = options
    this.#random = new Random(options.seed)
  }

  start(): void {
    this.#isRunning = true
    const { ports, clients } = this.#options
    this.#clients = ports.flatMap((port) => Array.from({ length: clients }, () => this.#run(port)))
  }

  /** Each client finishes what it is at. */
  async stop(): Promise<void> {
    this.#isRunning = false
    await Promise.all(this.#clients)
  }

  /** What is wrong with the counters, as one member has them; nothing else writes meanwhile. */
  async judge(client: Redis): Promise<readonly string[]> {
    const wrong: string[] = []
    for (const [key, { sure, unknown }] of this.#counted) {
      const value = Number((await client.get(key)) ?? 0)
      if (value < sure || value > sure + unknown) {
        wrong.push(`${key} is ${value}, of ${sure} increments answered and ${unknown} unknown`)
      }
    }
    return wrong
  }

  async #run(port: number): Promise<void> {
    const { ports, clients, rate } = this.#options
    const pauseMs = (1000 * ports.length * clients) / rate
    let client: Redis | null = null
    while (this.#isRunning) {
      const begun = performance.now()
      client ??= await connectTo(port)
      if (client === null) {
        await sleep(50)
        continue
      }
      if (!(await this.#one(client))) {
        client.disconnect()
        client = null
      }
      await sleep(Math.max(0, pauseMs - (performance.now() - begun)))
    }
    client?.disconnect()
  }

  /** False where the connection is of no more use. */
  async #one(client: Redis): Promise<boolean> {
    const isCount = this.#random.below(10) === 0
    this.commands++
    try {
      if (isCount) await this.#count(client)
      else await this.#mix(client)
      return true
    } catch (error) {
      const isReply = error instanceof Error && error.name === 'ReplyError'
      const last = error instanceof Error ? error.message : ''
      const word = isReply ? (last.split(' ')[0] ?? '') : 'closed'
      this.errors.set(word, { count: (this.errors.get(word)?.count ?? 0) + 1, last })
      return isReply
    }
  }

  async #count(client: Redis): Promise<void> {
    const space = countedSpaces[this.#random.below(countedSpaces.length)] ?? 'strong'
    const key = `${prefixes[space]}counter:${this.#random.below(counters)}`
    const counted = this.#counted.get(key) ?? { sure: 0, unknown: 0 }
    this.#counted.set(key, counted)
    counted.unknown++
    try {
      await client.incr(key)
      counted.sure++
      counted.unknown--
    } catch (error) {
      const text = error instanceof Error ? error.message : ''
      const isReply = error instanceof Error && error.name === 'ReplyError'
      if (isReply && !text.startsWith('UNKNOWNRESULT')) counted.unknown--
      throw error
    }
  }

  async #mix(client: Redis): Promise<unknown> {
    const random = this.#random
    const space = (['strong', 'sequential', 'cache', 'cache', 'cache'] as const)[random.below(5)]
    const { keys } = this.#options
    const number = random.below(space === 'cache' ? keys : Math.ceil(keys / 100))
    const family = random.below(10)
    const key = `${prefixes[space ?? 'cache']}${family}:${number}`
    const seconds = 1 + random.below(10)
    const field = `f${random.below(32)}`
    const text = 'v'.repeat(1 + random.below(1 << (1 + random.below(12))))
    switch (family) {
      case 0:
      case 1:
        return client.set(key, text, 'EX', seconds)
      case 2:
        return random.below(3) > 0 ? client.set(key, text) : client.del(key)
      case 3:
        return client.hset(key, field, text.slice(0, 64))
      case 4:
        await client.lpush(key, text.slice(0, 64))
        return client.ltrim(key, 0, 31)
      case 5:
        return random.below(2) > 0 ? client.sadd(key, field) : client.srem(key, field)
      case 6:
        return client.zadd(key, random.below(1000), field)
      case 7:
        return client.incrby(key, random.below(100))
      case 8:
        await client.hset(key, field, '1')
        return client.expire(key, seconds)
      default:
        return client.get(`${prefixes[space ?? 'cache']}${random.below(3)}:${number}`)
    }
  }
}
