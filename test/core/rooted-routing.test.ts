// Clients that go by slots, where slots of some keyspaces stay: each key is found within two redirections, and all
// members together list it once.

import test from 'ava'
import { keySlot } from '../../src/base/keyslot.js'
import type { CoreWorld } from './core-world.js'
import { reply, run, world } from './joining-world.js'
import { fill, isStill, keys, spaces, topologyAt } from './rooted-world.js'

/** What a client that goes by slots is answered in the end, and how often it was sent elsewhere. */
function follow(w: CoreWorld, from: number, line: string): readonly [string, number] {
  let [at, moves] = [from, 0]
  for (;;) {
    const client = w.client(at)
    reply(w, client, 'CLIENT ROUTING CLUSTER')
    const answer = reply(w, client, line)
    const to = /^-MOVED \d+ 127\.0\.0\.1:700(\d)$/.exec(answer)?.[1]
    if (to === undefined || moves > 5) return [answer, moves]
    moves++
    at = Number(to)
  }
}

function routed(w: CoreWorld, id: number, line: string): string {
  const client = w.client(id)
  reply(w, client, 'CLIENT ROUTING CLUSTER')
  return reply(w, client, line)
}

for (const [name, last] of [
  ['eventual', undefined],
  ['in one order, durability none', { durability: 'none' }],
] as const) {
  test(`rooted, clients that go by slots: ${name}: keys are found within two redirections, and listed once`, (t) => {
    const w = world({ shards: 2, keyspaces: spaces(last) })
    fill(w, 1)
    reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004 EMPTY')
    t.true(w.until(() => isStill(w) && (w.member(4).core?.inspect().isServing() ?? false)))
    reply(w, w.client(1), 'QUORATE SHARD ADD MEMBERS 4')
    reply(w, w.client(1), 'QUORATE REBALANCE')
    t.true(w.until(() => isStill(w), 60_000))
    if (last === undefined) {
      reply(w, w.client(1), 'QUORATE SHARD REMOVE 0')
      t.true(w.until(() => topologyAt(w, 1)?.shards[0]?.out === 'gone' && isStill(w), 60_000))
    }
    run(w, 6_000)

    const members = [1, 2, 3, 4]
    for (const id of members) {
      for (const key of keys) {
        const [found, moves] = follow(w, id, `GET ${key}`)
        t.is(found, `$${key}`)
        t.true(moves <= 2, `${key}: ${moves}`)
      }
    }
    // The others answer as replicas of those.
    const masters = members.filter((id) => /myself,master/.test(routed(w, id, 'CLUSTER NODES')))
    const listed = masters.flatMap((id) => routed(w, id, 'KEYS *').split(' ').slice(1))
    t.deepEqual(listed.toSorted(), keys.map((key) => `$${key}`).toSorted())
    const counts = masters.map((id) => Number(routed(w, id, 'DBSIZE').slice(1)))
    t.is(
      counts.reduce((sum, count) => sum + count, 0),
      keys.length,
    )
    for (const key of keys) {
      const slot = keySlot(key)
      const most = Math.max(
        ...members.map((id) => Number(routed(w, id, `CLUSTER COUNTKEYSINSLOT ${slot}`).slice(1))),
      )
      t.true(most >= 1, key)
    }
    // All slots, each once, by members that are there.
    t.regex(routed(w, 2, 'CLUSTER INFO'), /cluster_state:ok\s+cluster_slots_assigned:16384/)
    for (const id of members) t.notRegex(routed(w, id, 'CLUSTER SHARDS'), /^-/)
  })
}
