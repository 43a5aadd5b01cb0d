// Clients that go from member to member with their tokens (`checker/walker`), while members are cut off, killed
// and started again.

import { Random } from '../../src/base/random.js'
import type { Durability, Level } from '../../src/api/config.js'
import { type Question, Walker, Walkers } from '../checker/walker.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

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
  /** Milliseconds by which clocks differ at most. */
  readonly skewMs?: number
}

interface Seat {
  readonly walker: Walker
  client: Client | null
  /** Asked, and which reply is theirs. */
  open: { readonly at: number; readonly question: Question }[]
}

const walkersMax = 6
const keysMax = 8

export class SessionWorld {
  readonly world: CoreWorld
  readonly walkers: Walkers
  kills = 0
  readonly #random: Random
  readonly #seats: Seat[]
  readonly #options: SessionWorldOptions

  constructor(seed: number, options: SessionWorldOptions) {
    const random = new Random(seed, 0x7365)
    this.#random = random
    this.#options = options
    const { level, strategy, durability, shards, asks, skewMs = 400 } = options
    const skews = [0, 1, 2].map(() => random.below(skewMs))
    const idle = strategy === 'eventual' ? { idleMs: 200 } : {}
    this.world = new CoreWorld({
      keyspaces: [{ ...keyspace('default', [], idle), level, strategy, durability }],
      checkpointLogBytes: random.pick([2_000, 20_000, 1_000_000]),
      skew: (id) => skews[id - 1] as number,
      config: () => ({ sessionWaitMs: 300, ...(shards === undefined ? {} : { shards }) }),
    })
    const keys = Array.from({ length: keysMax }, (_, at) => `k${at}`)
    const asked = asks === undefined ? {} : { asks }
    this.walkers = new Walkers({ random: random.fork(), keys, ...asked })
    this.#seats = Array.from({ length: walkersMax }, () => ({
      walker: new Walker(this.walkers),
      client: null,
      open: [],
    }))
  }

  /** What was answered otherwise than it may be. */
  run(steps: number): readonly string[] {
    const { world } = this
    const random = this.#random
    if (!world.settled()) return ['the members do not begin']
    for (let i = 0; i < steps; i++) {
      for (const seat of this.#seats) this.#turn(seat)
      if (random.chance(1, this.#options.strikeMs ?? 150)) this.#strike()
      world.step()
    }
    return this.walkers.breaches()
  }

  /** Faults end; whether all members become equal. */
  heal(): boolean {
    const { world } = this
    world.cut.clear()
    for (const { id, core } of world.members) if (core === null) world.start(id)
    for (const { id } of world.members) world.isolate(id)
    for (const { id } of world.members) world.rejoin(id)
    const digests = (): string[] =>
      world.members.map(({ core }) =>
        (core?.inspect().groups ?? []).map((group) => group.digest()?.low).join(),
      )
    for (let i = 0; i < 40; i++) {
      world.until(() => false, 100)
      if (i > 5 && new Set(digests()).size === 1) return true
    }
    return false
  }

  #turn(seat: Seat): void {
    const random = this.#random
    const { walker, client, open } = seat
    if (client === null || client.member.core === null) return this.#move(seat)
    while (open.length > 0) {
      const reply = client.replies[open[0]?.at ?? 0]
      if (reply === undefined) return
      open.shift()?.question.told(reply)
    }
    if (walker.isRestless || random.chance(1, 60)) this.#move(seat)
    else if (random.chance(1, 6)) this.#ask(seat, walker.asks())
  }

  #ask({ client, open }: Seat, questions: readonly Question[]): void {
    for (const question of questions) {
      open.push({ at: client?.sent ?? 0, question })
      client?.send(question.args.join(' '))
    }
  }

  #move(seat: Seat): void {
    const { world } = this
    const { walker } = seat
    walker.lost()
    seat.open = []
    seat.client = null
    const living = world.members.filter(({ core }) => core !== null)
    if (living.length === 0) return
    seat.client = world.client(this.#random.pick(living).id)
    this.#ask(seat, walker.arrives())
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
      this.kills++
      world.kill(id)
    } else for (const each of world.members) if (each.core === null) world.start(each.id)
  }
}
