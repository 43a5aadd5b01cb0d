// Clients that go by slots, and nobody else, while slots move between groups that different members lead: who is sent
// on is not sent back.

import test from 'ava'
import { keySlot } from '../../src/base/keyslot.js'
import { plantBug } from '../../src/base/seeded-bug.js'
import { type Client, type CoreWorld, keyspace } from './core-world.js'
import { ask, keyOf, leaders, makeWorld, pass, shards } from './routing-world.js'

const memberAt = (address: string): number => Number(address.at(-1))

/** Two shard groups that different members lead. */
function pairOf(w: CoreWorld, client: Client): readonly [number, number] {
  const led = leaders(w, client).map((each) => memberAt(each))
  for (let from = 0; from < shards; from++) {
    const to = led.findIndex((leader) => leader !== led[from])
    if (to >= 0) return [from, to]
  }
  throw new Error('one member leads all')
}

/** Whether CLUSTER SLOTS of a member says of a slot what its MOVED said: some clients go by that. */
function isShown(w: CoreWorld, client: Client, slot: number, port: string): boolean {
  return leaders(w, client).some((each) => {
    const [, from, to, at] = /^(\d+)-(\d+) \S+:(\d+)$/.exec(each) ?? []
    return Number(from) <= slot && slot <= Number(to) && at === port
  })
}

/** Redirections of the unluckiest of many commands while all slots of a group move, and those that maps do not show. */
function redirections(): { readonly most: number; readonly unshown: number } {
  const w = makeWorld()
  const clients = w.members.map(({ id }) => w.client(id))
  const [first] = clients as [Client]
  pass(w, 2_000)
  const [from, to] = pairOf(w, first)
  const keys = Array.from({ length: 40 }, (_, n) => `{${keyOf(from)}-${n}}`).filter(
    (key) => Math.floor((keySlot(key) * shards) / 16_384) === from,
  )
  let most = 0
  let unshown = 0
  const follow = (key: string): void => {
    let at = 1
    for (let hops = 0; hops < 16; hops++) {
      const [reply = ''] = ask(w, clients[at - 1] as Client, `incr ${key}`)
      const next = /^-MOVED \d+ \S+:(\d+)$/.exec(reply)?.[1]
      if (next === undefined) return
      most = Math.max(most, hops + 1)
      if (!isShown(w, clients[at - 1] as Client, keySlot(key), next)) unshown++
      at = memberAt(next)
    }
  }
  for (const key of keys) follow(key)
  const run = `${(from * 16_384) / shards}-${((from + 1) * 16_384) / shards - 1}`
  ask(w, first, `quorate move slots ${run} to ${to}`)
  const isMoving = (): boolean =>
    w.members.some(({ core }) => (core?.inspect().topology.moves ?? []).length > 0)
  for (let n = 0; isMoving() && n < 3_000; n++) follow(keys[n % keys.length] as string)
  return { most, unshown }
}

test.serial(
  'move: clients that go by slots alone: are sent on twice at most, as the map says',
  (t) => {
    const { most, unshown } = redirections()
    t.true(most > 0 && most <= 2)
    t.is(unshown, 0)
  },
)

test.serial(
  'move: a member that does not learn what came to its group: sends them back again and again',
  (t) => {
    plantBug('router-moved-back')
    try {
      t.true(redirections().most > 2)
    } finally {
      plantBug('')
    }
  },
)

/**
 * Most looks of a client that asks who is named by the map of the member that redirected it, as node-redis does,
 * while slots of two keyspaces move that different members lead.
 */
function looks(): number {
  const w = makeWorld([keyspace('first', ['first:']), keyspace('default', [])])
  const clients = w.members.map(({ id }) => w.client(id))
  const [client] = clients as [Client]
  pass(w, 2_000)
  const named = leaders(w, client).map((each) => memberAt(each))
  const led = (shard: number): number | null | undefined =>
    w
      .member(1)
      .core?.inspect()
      .groups.find(({ id }) => id === shard * 2)?.status?.leader
  const pairs = named.flatMap((leader, from) =>
    named.map((other, to) => ({ from, to, fits: other !== leader && led(to) !== leader })),
  )
  const { from, to } = pairs.find(({ fits }) => fits) as (typeof pairs)[number]
  const run = { low: (from * 16_384) / shards, high: ((from + 1) * 16_384) / shards - 1 }
  const key = `first:{${keyOf(from)}}`
  const slot = keySlot(key)
  const follow = (): number => {
    let at = named[from] as number
    for (let hops = 0; ; hops++) {
      const asked = clients[at - 1] as Client
      const [reply = ''] = ask(w, asked, `incr ${key}`)
      if (hops > 16 || !reply.startsWith('-MOVED')) return hops
      const row = leaders(w, asked).find((each) => {
        const [low = 0, high = 0] = (each.split(' ')[0] as string).split('-').map(Number)
        return low <= slot && slot <= high
      })
      at = memberAt(row as string)
    }
  }
  let most = follow()
  // What is large takes long: the other keyspace's slots change hands first.
  const first = clients[(named[from] as number) - 1] as Client
  for (let n = 0; n < 4; n++) ask(w, first, `setrange {${keyOf(from)}}${n} 1000000 x`)
  ask(w, client, `quorate move slots ${run.low}-${run.high} to ${to}`)
  const isMoving = (): boolean =>
    w.members.some(({ core }) => (core?.inspect().topology.moves ?? []).length > 0)
  for (let n = 0; isMoving() && n < 3_000; n++) most = Math.max(most, follow())
  return most
}

test('move: clients that go by maps alone: keyspaces that other members lead than the map names', (t) => {
  const most = looks()
  t.true(most <= 2, `${most}`)
})
