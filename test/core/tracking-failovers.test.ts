// Clients that keep values while leader after leader dies: what a client keeps once all is quiet is what
// the group holds, and what was told to be old never comes back.

import test, { type ExecutionContext } from 'ava'
import { pass } from './core-reader.js'
import type { MemberId } from '../../src/api/ids.js'
import { type Client, CoreWorld, type CoreWorldOptions, keyspace } from './core-world.js'

const keys = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7']

/** A client that keeps what it reads until it is told otherwise. */
class Cache {
  readonly client: Client
  readonly kept = new Map<string, string>()
  /** Values that it was told are old, by key. */
  readonly old = new Map<string, number>()
  readonly faults: string[] = []
  pushes = 0
  flushes = 0
  readonly #asked: string[] = []
  #taken = 0

  constructor(client: Client) {
    this.client = client
    client.send('HELLO 3', 'CLIENT TRACKING ON')
    this.#asked.push('', '')
  }

  ask(key: string): void {
    if (this.kept.has(key)) return
    this.client.send(`GET ${key}`)
    this.#asked.push(key)
  }

  /** Takes what came. */
  listen(): void {
    const { replies } = this.client
    for (; this.#taken < replies.length; this.#taken++) this.#take(replies[this.#taken] as string)
  }

  #take(reply: string): void {
    if (reply === '>2 $invalidate _') {
      this.flushes++
      this.kept.clear()
    } else if (reply.startsWith('>2 $invalidate')) {
      this.pushes++
      for (const word of reply.split('$').slice(2)) this.#drop(word.trim())
    } else {
      const key = this.#asked.shift() ?? ''
      if (key !== '' && !reply.startsWith('-')) this.#keep(key, reply)
    }
  }

  #keep(key: string, reply: string): void {
    this.kept.set(key, reply)
    const value = reply === '_' ? 0 : Number(reply.slice(1))
    const old = this.old.get(key)
    // What a member cannot watch is told to be old at once, and may be read again.
    const isAgain = value === old && this.client.member.id === 4
    if (old !== undefined && value <= old && !isAgain)
      this.faults.push(`${key}: ${value} behind ${old}`)
  }

  #drop(key: string): void {
    const kept = this.kept.get(key)
    this.kept.delete(key)
    if (kept !== undefined) this.old.set(key, kept === '_' ? 0 : Number(kept.slice(1)))
  }
}

/** Lets leaders die; how often a cache was told to forget all. */
function play(
  t: ExecutionContext,
  {
    at = [1, 2, 3],
    lossPerMille = 0,
    ...options
  }: CoreWorldOptions & { readonly at?: readonly number[]; readonly lossPerMille?: number },
  failovers: number,
): number {
  const world = new CoreWorld(options)
  world.settled()
  pass(world, 50)
  world.lossPerMille = lossPerMille
  const caches = at.map((id) => new Cache(world.client(id)))
  let writers = [1, 2, 3].map((id) => world.client(id))
  let pushes = 0
  let flushes = 0

  for (let failover = 0; failover < failovers; failover++) {
    for (let step = 0; step < 120; step++) {
      for (const cache of caches) {
        if (world.random.chance(1, 3)) cache.ask(keys[world.random.below(keys.length)] as string)
      }
      const writer = writers[world.random.below(3)] as Client
      if (world.random.chance(1, 4)) {
        writer.send(`INCR ${keys[world.random.below(keys.length)]}`)
      }
      world.step()
      for (const cache of caches) cache.listen()
      if (step === 60) {
        const leader = world.leader()
        if (leader > 0) world.kill(leader)
        // Connections to a member that died are gone with what their clients kept.
        for (const [at, cache] of caches.entries()) {
          if (cache.client.member.id !== leader) continue
          pushes += cache.pushes
          caches[at] = new Cache(world.client((leader % 3) + 1))
        }
      }
    }
    for (const { id, core } of world.members) if (core === null) world.start(id)
    world.lossPerMille = 0
    t.true(world.settled())
    pass(world, 50)
    writers = [1, 2, 3].map((id) => world.client(id))
    world.lossPerMille = failover % 10 < 9 ? lossPerMille : 0
    if (failover % 10 < 9) continue

    t.true(world.converged())
    pass(world, 6_000)
    const reader = world.client(1)
    reader.send(`MGET ${keys.join(' ')}`)
    world.until(() => reader.replies.length > 0)
    const truth = (reader.replies[0] ?? '').split(' ').slice(1)
    for (const cache of caches) {
      cache.listen()
      t.deepEqual(cache.faults, [])
      for (const [key, kept] of cache.kept) t.is(kept, truth[keys.indexOf(key)] ?? '', key)
      pushes += cache.pushes
      flushes += cache.flushes
    }
    world.lossPerMille = lossPerMille
  }

  t.true(pushes > 2 * failovers, `${pushes} pushes`)
  return flushes
}

test('tracking: fifty leaders die: no value that is old is kept, and none comes back', (t) => {
  t.true(play(t, {}, 50) > 20)
})

const others = {
  'several shard groups': { config: () => ({ shards: 4 }) },
  zab: { keyspaces: [{ ...keyspace('default', []), strategy: 'zab', level: 'sequential' }] },
  eventual: {
    keyspaces: [{ ...keyspace('default', []), strategy: 'eventual', level: 'eventual' }],
  },
} as const satisfies Record<string, CoreWorldOptions>

for (const [name, options] of Object.entries(others)) {
  test(`tracking: ${name}: ten members die: no value that is old is kept, and none comes back`, (t) => {
    const flushes = play(t, options, 10)

    // Nobody leads where all members write: there is nothing to be forgotten.
    t.is(flushes > 2, name !== 'eventual')
  })
}

const placed = {
  members: 4,
  config: () => ({
    shardGroups: [{ id: 0, weight: 1, members: [1, 2, 3] as MemberId[] }],
  }),
} satisfies CoreWorldOptions

for (const lossPerMille of [0, 100]) {
  test(`tracking: clients of a member without a replica, ${lossPerMille} of a thousand frames lost: no value that is old is kept, and none comes back`, (t) => {
    const flushes = play(t, { ...placed, at: [4, 4, 2], lossPerMille }, 20)

    t.true(flushes > 10)
  })
}
