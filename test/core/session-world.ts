// Clients that go from member to member with their tokens, while members are cut off, killed and started
// again: whatever they write and read is judged as one causal history. A client that no member can serve any
// more, because what it has seen is lost, begins anew without a token.

import { Random } from '../../src/base/random.js'
import type { Durability, Level } from '../../src/api/config.js'
import { CausalJudge } from '../checker/causal.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

interface Walker {
  /** Of the judge; another one for each new beginning. */
  session: number
  token: string
  client: Client | null
  /** The reply to SESSION SET stands before those of the next command. */
  isMoving: boolean
  operation: { readonly at: number; readonly key: string; readonly write: number | null } | null
  refusals: number
}

export interface SessionWorldOptions {
  readonly level: Level
  readonly strategy: string
  readonly durability: Durability
  readonly kills: boolean
  readonly shards?: number
  /** Milliseconds between two faults, on average. */
  readonly strikeMs?: number
  /** What every connection asks of its reads. */
  readonly asks?: Level
}

const walkersMax = 6
const keysMax = 8
/** Members that refuse one after the other before a client begins anew. */
const refusalsMax = 8

export class SessionWorld {
  readonly world: CoreWorld
  readonly judge = new CausalJudge()
  /** Reads and writes answered, moves, refusals, new beginnings. */
  readonly counts = { done: 0, moves: 0, behind: 0, anew: 0, kills: 0 }
  readonly #random: Random
  readonly #walkers: Walker[]
  readonly #options: SessionWorldOptions
  #sessions = 0
  #values = 0

  constructor(seed: number, options: SessionWorldOptions) {
    this.#random = new Random(seed, 0x7365)
    this.#options = options
    const random = this.#random
    const skews = [0, 1, 2].map(() => random.below(400))
    const { level, strategy, durability, shards } = options
    const idle = strategy === 'eventual' ? { idleMs: 200 } : {}
    this.world = new CoreWorld({
      keyspaces: [{ ...keyspace('default', [], idle), level, strategy, durability }],
      checkpointLogBytes: random.pick([2_000, 20_000, 1_000_000]),
      skew: (id) => skews[id - 1] as number,
      config: () => ({ sessionWaitMs: 300, ...(shards === undefined ? {} : { shards }) }),
    })
    this.#walkers = Array.from({ length: walkersMax }, () => ({
      session: this.#sessions++,
      token: '',
      client: null,
      isMoving: false,
      operation: null,
      refusals: 0,
    }))
  }

  /** What was answered otherwise than it may be. */
  run(steps: number): readonly string[] {
    const { world } = this
    const random = this.#random
    if (!world.settled()) return ['the members do not begin']
    for (let i = 0; i < steps; i++) {
      for (const walker of this.#walkers) this.#turn(walker)
      if (random.chance(1, this.#options.strikeMs ?? 150)) this.#strike()
      world.step()
    }
    return this.judge.verdict().breaches
  }

  #turn(walker: Walker): void {
    const random = this.#random
    if (walker.client === null || walker.client.member.core === null) {
      this.#lost(walker)
      this.#move(walker)
    }
    const { client, operation } = walker
    if (client === null) return
    if (walker.isMoving) {
      if (client.replies.length < client.sent) return
      const refusal = client.replies.find((reply) => reply !== '+OK')
      if (refusal?.startsWith('-LOADING') === true) return this.#move(walker)
      if (refusal !== undefined) throw new Error(`a token is refused: ${refusal}`)
      walker.isMoving = false
    }
    if (operation !== null) this.#settle(walker, client, operation)
    else if (random.chance(1, 60)) this.#move(walker)
    else if (random.chance(1, 6)) this.#begin(walker, client)
  }

  #begin(walker: Walker, client: Client): void {
    const random = this.#random
    const key = `k${random.below(keysMax)}`
    const at = client.sent
    const isWrite = random.chance(1, 3)
    const value = `v${++this.#values}`
    const write = isWrite ? this.judge.write(walker.session, key, value) : null
    walker.operation = { at, key, write }
    client.send(isWrite ? `SET ${key} ${value}` : `GET ${key}`, 'QUORATE SESSION GET')
  }

  #settle(
    walker: Walker,
    client: Client,
    { at, key, write }: NonNullable<Walker['operation']>,
  ): void {
    const [reply, token] = [client.replies[at], client.replies[at + 1]]
    if (reply === undefined || token === undefined) return
    walker.operation = null
    if (!token.startsWith('-')) walker.token = token.slice(1)
    else if (!token.startsWith('-LOADING')) throw new Error(`no token: ${token}`)
    if (reply.startsWith('-')) {
      if (reply.startsWith('-TRYAGAIN This')) this.counts.behind++
      const isUnknown = reply.startsWith('-UNKNOWNRESULT')
      if (write !== null) this.judge.settle(write, isUnknown ? 'unknown' : 'refused')
      if (++walker.refusals > refusalsMax) this.#beginAnew(walker)
      this.#move(walker)
      return
    }
    walker.refusals = 0
    this.counts.done++
    if (write !== null) this.judge.settle(write, 'acked')
    else this.judge.read(walker.session, key, reply === '_' ? null : reply.slice(1))
  }

  /** Its connection is gone: what it had under way it never hears of. */
  #lost(walker: Walker): void {
    const { operation } = walker
    if (operation !== null && operation.write !== null)
      this.judge.settle(operation.write, 'unknown')
    walker.operation = null
    walker.client = null
  }

  #move(walker: Walker): void {
    const { world } = this
    this.#lost(walker)
    const living = world.members.filter(({ core }) => core !== null)
    if (living.length === 0) return
    this.counts.moves++
    walker.client = world.client(this.#random.pick(living).id)
    const { asks } = this.#options
    const hello: string[] = []
    if (asks !== undefined) hello.push(`QUORATE CONSISTENCY ${asks}`)
    if (walker.token !== '') hello.push(`QUORATE SESSION SET ${walker.token}`)
    walker.isMoving = hello.length > 0
    walker.client.send(...hello)
  }

  #beginAnew(walker: Walker): void {
    this.counts.anew++
    walker.session = this.#sessions++
    walker.token = ''
    walker.refusals = 0
  }

  #strike(): void {
    const random = this.#random
    const { world } = this
    const id = random.between(1, 3)
    const other = (id % 3) + 1
    const roll = random.below(12)
    if (roll < 3) for (const pair of [`${id}-${other}`, `${other}-${id}`]) world.cut.add(pair)
    else if (roll < 5) world.cut.add(`${id}-${other}`)
    else if (roll < 8) world.cut.clear()
    else if (roll < 9) {
      world.isolate(id)
      if (world.member(id).core !== null) world.rejoin(id)
    } else if (roll < 10 && this.#options.kills) {
      this.counts.kills++
      world.kill(id)
    } else for (const each of world.members) if (each.core === null) world.start(each.id)
  }
}
