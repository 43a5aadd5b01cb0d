// The sides of a comparison: the engine alone, whole members in this process, or a server at an address.
// Each takes lines of one connection and answers the raw bytes of every reply.

import { fitsArity } from '../../src/api/command.js'
import { unknownSubcommand, wrongArity } from '../../src/api/replies.js'
import { createEngine } from '../../src/engine/engine.js'
import { type Engine, later } from '../../src/api/engine.js'
import type { EventListener } from '../../src/api/events.js'
import type { Reply } from '../../src/api/reply.js'
import { Random } from '../../src/base/random.js'
import { respDoor } from '../../src/resp/door.js'
import { RawRedis } from './raw-redis.js'

export interface Side {
  readonly name: string
  /** Whether it knows connections, so that SELECT and MULTI can be drawn. */
  readonly isSession: boolean
  knows(name: string): boolean
  send(lines: readonly (readonly string[])[]): Promise<string[]>
  /** Null, or how its replicas differ. */
  replicas(): string | null
  close(): void
}

const ok = '+OK\r\n'
const databases = 16

/** Three engines that execute the same; replies are those of the first. */
export class EngineSide implements Side {
  readonly name = 'engine'
  readonly isSession = false
  readonly engines: readonly Engine[]
  readonly #protocol: number
  readonly #random: Random
  readonly #steps: Random
  #db = 0

  /** The listener hears of the first engine's keys. */
  constructor(protocol: number, seed: number, replicas = 1, listener?: EventListener) {
    this.#protocol = protocol
    this.#random = new Random(seed)
    this.#steps = new Random(seed, 1)
    const bulkBytesMax = 512 * 1024 * 1024
    // The first one packs whatever it may between all commands.
    this.engines = Array.from({ length: replicas }, (_, i) =>
      createEngine(
        { databases, bulkBytesMax, maxMemory: 0, unpackedMax: i * 16 },
        i === 0 ? listener : undefined,
      ),
    )
  }

  knows(name: string): boolean {
    return this.#first.commands.has(name)
  }

  send(lines: readonly (readonly string[])[]): Promise<string[]> {
    const entry = [Date.now(), this.#random.uint32(), this.#random.uint32()] as const
    for (const engine of this.engines) engine.beginEntry(...entry)
    return Promise.resolve(lines.map((line) => this.#answer(line)))
  }

  replicas(): string | null {
    const [first, ...others] = this.engines.map((engine) => engine.digest())
    const isEqual = others.every((each) => each.high === first?.high && each.low === first?.low)
    return isEqual ? null : 'the digests of engines that executed the same differ'
  }

  close(): void {}

  get #first(): Engine {
    return this.engines[0] as Engine
  }

  #answer(line: readonly string[]): string {
    const [word = '', second = ''] = line
    const name = word.toLowerCase()
    if (name === 'select') {
      this.#db = Number(second)
      return ok
    }
    const refused = this.#refusal(name, second, line.length)
    if (refused !== null) return respDoor.encode(refused, this.#protocol)
    // The shard's tick: what is past its time is gone, as behind EXISTS in redis-server.
    if (name === 'dbsize') for (const engine of this.engines) engine.expireDue(1000)
    const call = [name, ...line.slice(1)]
    let reply: Reply = null
    for (const [i, engine] of this.engines.entries()) {
      // Slices of different lengths: how a long command is cut must not show.
      let own = engine.execute(this.#db, call)
      while (own === later) own = engine.step(i === 0 ? this.#steps.between(1, 5) : 1000)
      if (i === 0) reply = own
    }
    return respDoor.encode(reply, this.#protocol)
  }

  /** What the router refuses before the engine hears of it: subcommands that are not there or do not fit. */
  #refusal(name: string, second: string, count: number): Reply {
    const { commands } = this.#first
    const isContainer = [...commands.keys()].some((each) => each.startsWith(`${name}|`))
    if (!isContainer || count < 2) return null
    const spec = commands.get(`${name}|${second.toLowerCase()}`)
    if (spec === undefined) return unknownSubcommand(name, second)
    return fitsArity(spec, count) ? null : wrongArity(spec.name)
  }
}

/** A server at an address, ours or Redis' own. */
export class AddressSide implements Side {
  readonly name: string
  readonly isSession = true
  readonly redis: RawRedis
  readonly #names: ReadonlySet<string>

  private constructor(name: string, redis: RawRedis, names: ReadonlySet<string>) {
    this.name = name
    this.redis = redis
    this.#names = names
  }

  static async open(port: number, host = '127.0.0.1'): Promise<AddressSide> {
    const redis = await RawRedis.open(port, host)
    const [list = ''] = await redis.send([['command', 'list']])
    const names = new Set(list.split('\r\n').filter((line) => /^[a-z]/.test(line)))
    return new AddressSide(`${host}:${port}`, redis, names)
  }

  knows(name: string): boolean {
    return this.#names.has(name) || this.#names.has(name.split('|')[0] ?? '')
  }

  send(lines: readonly (readonly string[])[]): Promise<string[]> {
    return this.redis.send(lines)
  }

  replicas(): string | null {
    return null
  }

  close(): void {
    this.redis.close()
  }
}
