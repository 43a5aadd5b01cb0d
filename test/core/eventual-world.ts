// Whole members of an eventual keyspace under random faults: clients write at every member, also while it
// is alone; then all is healed, and what they were told must still be there, equal at every member.

import { Random } from '../../src/base/random.js'
import type { Durability } from '../../src/api/config.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

/** What must be there in the end. */
interface Told {
  readonly command: string
  readonly client: Client
  /** Place of its reply. */
  readonly at: number
}

const adds = [
  'sadd',
  'hset',
  'zadd',
  'rpush',
  'lpush',
  'incr',
  'hincrby',
  'zincrby',
  'xadd',
] as const

export class EventualMembers {
  readonly world: CoreWorld
  readonly faults: string[] = []
  readonly #random: Random
  #clients: Client[]
  readonly #told: Told[] = []
  #number = 0
  readonly #durability: Durability

  constructor(seed: number, durability: Durability) {
    this.#random = new Random(seed, 0x6576)
    this.#durability = durability
    const random = this.#random
    const space = keyspace('default', [], { idleMs: 200 })
    const skews = [0, 1, 2].map(() => random.below(1_200_000) - 600_000)
    this.world = new CoreWorld({
      keyspaces: [{ ...space, level: 'eventual', strategy: 'eventual', durability }],
      checkpointLogBytes: random.pick([2_000, 20_000, 1_000_000]),
      skew: (id) => skews[id - 1] as number,
    })
    this.#clients = this.world.members.map(({ id }) => this.world.client(id))
  }

  run(steps: number): void {
    const { world } = this
    const random = this.#random
    if (!world.settled()) this.faults.push('the members do not begin')
    for (let i = 0; i < steps; i++) {
      if (random.chance(1, 3)) this.#write()
      if (random.chance(1, 100)) this.#strike()
      world.step()
    }
    this.#heal()
    this.#judge()
  }

  #write(): void {
    const random = this.#random
    const at = random.below(Math.max(1, this.#clients.length))
    const client = this.#clients[at]
    if (client === undefined || client.member.core === null) return
    const command = random.chance(2, 3) ? this.#add() : this.#other()
    this.#told.push({ command, client, at: client.sent })
    client.send(command)
  }

  /** An element or an increment that nobody ever takes away. */
  #add(): string {
    const n = ++this.#number
    const name = this.#random.pick(adds)
    const key = `keep:${name}:${this.#random.below(3)}`
    switch (name) {
      case 'incr':
        return `incr ${key}`
      case 'hincrby':
        return `hincrby ${key} f 1`
      case 'zincrby':
        return `zincrby ${key} 1 m`
      case 'hset':
        return `hset ${key} f${n} v${n}`
      case 'zadd':
        return `zadd ${key} ${n} m${n}`
      case 'xadd':
        return `xadd ${key} * n ${n}`
      default:
        return `${name} ${key} e${n}`
    }
  }

  /** Whatever else clients do to keys. */
  #other(): string {
    const random = this.#random
    const key = `k${random.below(6)}`
    const n = ++this.#number
    return random.pick([
      `set ${key} ${n}`,
      `del ${key}`,
      `incr ${key}`,
      `append ${key} x`,
      `sadd ${key} a b ${n}`,
      `srem ${key} a b`,
      `spop ${key}`,
      `hset ${key} f ${n} g ${n}`,
      `hdel ${key} f`,
      `hincrby ${key} n 3`,
      `zadd ${key} ${n} m x 1`.replace(' x 1', ' 1 x'),
      `zincrby ${key} 2 m`,
      `zrem ${key} m`,
      `rpush ${key} ${n} b`,
      `lpush ${key} ${n}`,
      `lpop ${key}`,
      `linsert ${key} before b ${n}`,
      `lset ${key} 0 ${n}`,
      `ltrim ${key} 0 3`,
      `pexpire ${key} ${random.pick([5, 50, 100_000])}`,
      `persist ${key}`,
      `rename ${key} k${random.below(6)}`,
      `copy ${key} k${random.below(6)} replace`,
      `getset ${key} ${n}`,
      `xadd ${key} * a ${n}`,
      `setrange ${key} 2 ${n}`,
    ])
  }

  #strike(): void {
    const random = this.#random
    const { world } = this
    const id = random.between(1, 3)
    const other = (id % 3) + 1
    const roll = random.below(10)
    if (roll < 3) for (const pair of [`${id}-${other}`, `${other}-${id}`]) world.cut.add(pair)
    else if (roll < 5) world.cut.add(`${id}-${other}`)
    else if (roll < 7) world.cut.clear()
    else if (roll < 8) {
      world.isolate(id)
      if (world.member(id).core !== null) world.rejoin(id)
    } else if (this.#mayKill(id)) this.#kill(id)
    else this.#startAll()
  }

  /** Without a synced log somebody has to hold what one loses. */
  #mayKill(id: number): boolean {
    const { members } = this.world
    if (this.world.member(id).core === null) return false
    return (
      this.#durability === 'always' ||
      members.every(({ core }) => core?.inspect().groups[0]?.status?.role === 'leader')
    )
  }

  #kill(id: number): void {
    this.world.kill(id)
    this.#clients = this.#clients.filter(({ member }) => member.id !== id)
  }

  #startAll(): void {
    for (const { id, core } of this.world.members) {
      if (core !== null) continue
      this.world.start(id)
      this.#clients.push(this.world.client(id))
    }
  }

  #heal(): void {
    const { world } = this
    world.cut.clear()
    this.#startAll()
    // A hello that was cut off leaves a link that nobody uses.
    for (const { id } of world.members) world.isolate(id)
    for (const { id } of world.members) world.rejoin(id)
    const isEqual = (): boolean =>
      new Set(world.members.map((each) => each.core?.inspect().groups[0]?.digest()?.low)).size === 1
    const isOpen = (): boolean =>
      world.members.every(({ core }) => core?.inspect().groups[0]?.status?.role === 'leader')
    // Times to live end, and entries arrive.
    if (!world.until(isOpen, 10_000)) this.faults.push('a member takes no writes')
    for (let i = 0; i < 40; i++) {
      for (let step = 0; step < 100; step++) world.step()
      if (i > 5 && isEqual()) return
    }
    this.faults.push('the members do not become equal')
  }

  #judge(): void {
    const { world } = this
    const reader = world.client(1)
    const keys = adds.flatMap((name) => [0, 1, 2].map((n) => `keep:${name}:${n}`))
    const asks: Readonly<Record<(typeof adds)[number], string>> = {
      sadd: 'smembers $',
      hset: 'hvals $',
      zadd: 'zrange $ 0 -1',
      rpush: 'lrange $ 0 -1',
      lpush: 'lrange $ 0 -1',
      incr: 'get $',
      hincrby: 'hget $ f',
      zincrby: 'zscore $ m',
      xadd: 'xrange $ - +',
    }
    for (const key of keys) {
      const name = key.split(':')[1] as (typeof adds)[number]
      reader.send(asks[name].replace('$', key))
    }
    world.until(() => reader.replies.length === keys.length, 5_000)
    const found = new Map(keys.map((key, at) => [key, reader.replies[at] ?? '']))
    const counts = new Map<string, { acked: number; tried: number }>()
    for (const { command, client, at } of this.#told) {
      const [name, key] = command.split(' ') as [string, string]
      if (!key.startsWith('keep:')) continue
      const reply = client.replies[at]
      const isAcked = reply !== undefined && !reply.startsWith('-')
      const text = found.get(key) ?? ''
      if (name === 'incr' || name === 'hincrby' || name === 'zincrby') {
        const count = counts.get(key) ?? { acked: 0, tried: 0 }
        count.tried++
        if (isAcked) count.acked++
        counts.set(key, count)
        continue
      }
      const element = command.split(' ').at(-1) as string
      const isThere = text.split(' ').includes(`$${element}`)
      if (isAcked && !isThere) this.faults.push(`${command} was answered ${reply} and is not there`)
    }
    for (const [key, { acked, tried }] of counts) {
      const value = Number((found.get(key) ?? '').slice(1))
      if (!(value >= acked && value <= tried)) {
        this.faults.push(`${key} is ${value} behind ${acked} to ${tried} increments`)
      }
    }
  }
}
