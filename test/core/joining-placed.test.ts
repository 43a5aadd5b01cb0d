// Members of placed eventual groups come and go: each group follows the list of its own shard group.

import test from 'ava'
import { clusterVersionNewest } from '../../src/api/cluster-version.js'
import type { MemberId } from '../../src/api/ids.js'
import { plantBug } from '../../src/base/seeded-bug.js'
import { keySlot } from '../../src/base/keyslot.js'
import { CoreWorld, keyspace } from './core-world.js'
import { listed, reply, run } from './joining-world.js'

type Placement = readonly (readonly number[])[]

/** Four members are a cluster, a fifth one has been started beside them. */
function placed(placement: Placement, isAlone = true): CoreWorld {
  const shardGroups = placement.map((ids, id) => {
    return { id, weight: 1, members: ids as readonly MemberId[] }
  })
  const space = { ...keyspace('default', []), level: 'eventual', strategy: 'eventual' } as const
  const spaces = isAlone ? [space] : [space, keyspace('strong', ['s:'])]
  const w = new CoreWorld({
    members: 5,
    keyspaces: spaces,
    config: (id) => ({
      members: id === 5 ? listed(1, 2, 3, 4, 5) : listed(1, 2, 3, 4),
      shards: placement.length,
      shardGroups,
    }),
  })
  const isReady = (): boolean =>
    w.members.slice(0, 4).every(({ core }) => {
      const seen = core?.inspect()
      return seen?.isServing() === true && seen.topology.version === clusterVersionNewest
    })
  if (!w.until(isReady, 20_000)) throw new Error('no birth')
  return w
}

/** Members of each group of data, as those who hold it have them. */
function become(w: CoreWorld, wanted: Placement, keyspaces = 1): boolean {
  const isOf = (id: number, shard: number): boolean => Math.floor(id / keyspaces) === shard
  return w.until(
    () =>
      wanted.every((ids, shard) =>
        ids.every((id) => {
          const found = w.member(id).core?.inspect().groups ?? []
          const held = found.filter((each) => isOf(Number(each.id), shard))
          const lists = held.map(({ status }) => {
            const { voters = [], learners = [], outgoing } = status?.members ?? {}
            return `${[...voters].sort()}/${learners}${outgoing ?? ''}`
          })
          return lists.length === keyspaces && lists.every((list) => list === `${ids}/`)
        }),
      ),
    60_000,
  )
}

function isSettled(w: CoreWorld, at: number): boolean {
  const client = w.client(at)
  return w.until(() => JSON.parse(reply(w, client, 'QUORATE PLAN').slice(1)).settled, 30_000)
}

function equal(w: CoreWorld, group: number, ids: readonly number[]): boolean {
  const digestOf = (id: number): string => {
    const found = w
      .member(id)
      .core?.inspect()
      .groups.find((each) => Number(each.id) === group)
    return JSON.stringify(found?.digest())
  }
  return w.until(() => new Set(ids.map(digestOf)).size === 1, 20_000)
}

test.afterEach.always(() => plantBug(''))

const keys = Array.from({ length: 40 }, (_, i) => `k${i}`)

for (const [title, placement, after] of [
  [
    'apart',
    [
      [1, 2],
      [3, 4],
    ],
    [
      [1, 2],
      [3, 5],
    ],
  ],
  [
    'shared',
    [
      [1, 2, 4],
      [2, 3, 4],
    ],
    [
      [1, 2, 5],
      [2, 3, 5],
    ],
  ],
] as const) {
  for (const isDead of [true, false]) {
    test.serial(
      `joining: placed, ${title}: a ${isDead ? 'dead' : 'living'} member is replaced in its groups alone`,
      (t) => {
        const w = placed(placement)
        const [client, old] = [w.client(2), w.client(4)]
        for (const key of keys) t.is(reply(w, old, `INCR ${key}`), ':1')
        run(w, 200)
        if (isDead) w.kill(4)
        else for (const key of keys) t.is(reply(w, old, `INCR ${key}`), ':2')
        const made = isDead ? ':2' : ':3'

        reply(w, client, `QUORATE REPLACE m4 5 127.0.0.1:7005${isDead ? ' FORCE' : ''}`)

        t.true(become(w, after))
        t.true(isSettled(w, 1))
        if (!isDead) t.true(w.until(() => w.member(4).stopped !== null))
        for (const key of keys) t.is(reply(w, w.client(5), `INCR ${key}`), made)
        for (const id of [1, 2, 3, 5]) w.kill(id)
        for (const id of [1, 2, 3, 5]) w.start(id)
        t.true(become(w, after))
        t.true(w.settled())
        for (const [group, ids] of after.entries()) t.true(equal(w, group, ids))
        const last = isDead ? ':3' : ':4'
        for (const key of keys) t.is(reply(w, w.client(1), `INCR ${key}`), last)
      },
    )
  }
}

const high = keys.filter((key) => keySlot(key) >= 8_192)

/** The fourth one is cut off with what nobody else has, is to go, and comes back: what is there of its writes. */
function cutOff(): { readonly awaited: unknown; readonly found: readonly string[] } {
  const w = placed([
    [1, 2],
    [3, 4],
  ])
  run(w, 300)
  w.isolate(4)
  const alone = w.client(4)
  for (const key of high) reply(w, alone, `INCR ${key}`)
  reply(w, w.client(1), 'QUORATE REMOVE m4')
  run(w, 12_000)
  const awaited = [1, 3].map((id) => {
    const plan = JSON.parse(reply(w, w.client(id), 'QUORATE PLAN').slice(1))
    return plan.steps.find(({ shard }: { shard: number }) => shard === 1)?.awaited
  })
  w.rejoin(4)
  become(w, [[1, 2], [3]])
  w.until(() => w.member(4).stopped !== null)
  return { awaited, found: high.map((key) => reply(w, w.client(1), `GET ${key}`)) }
}

test.serial(
  'joining: placed: who goes and is silent is waited for: what it answered is not lost',
  (t) => {
    const { awaited, found } = cutOff()
    t.deepEqual(awaited, [[4], [4]])
    for (const each of found) t.is(each, '$1')
  },
)

test.serial('joining: placed: seeded bug core-drained-unasked: it is lost', (t) => {
  plantBug('core-drained-unasked')

  for (const each of cutOff().found) t.is(each, '_')
})

test.serial(
  'joining: placed: a silent one is removed by force, and another one takes its place later',
  (t) => {
    const w = placed([
      [1, 2],
      [3, 4],
    ])
    for (const key of keys) reply(w, w.client(3), `INCR ${key}`)
    run(w, 300)
    w.kill(4)
    reply(w, w.client(1), 'QUORATE REMOVE m4 FORCE')
    t.true(become(w, [[1, 2], [3]]))
    t.true(isSettled(w, 1))
    t.regex(
      reply(w, w.client(1), 'QUORATE JOIN 5 127.0.0.1:7005 SHARDS 2'),
      /there is no shard group 2/,
    )
    t.regex(
      reply(w, w.client(1), 'QUORATE JOIN 5 127.0.0.1:7005 SHARDS 1 EMPTY'),
      /EMPTY and SHARDS: given both, allowed: one of them/,
    )

    reply(w, w.client(1), 'QUORATE JOIN 5 127.0.0.1:7005 SHARDS 1')

    t.true(
      become(w, [
        [1, 2],
        [3, 5],
      ]),
    )
    t.true(isSettled(w, 1))
    w.kill(3)
    for (const key of high) t.is(reply(w, w.client(5), `INCR ${key}`), ':2')
    t.deepEqual(w.member(1).core?.inspect().topology.shards[1]?.seats, [3, 4, 5] as MemberId[])
  },
)

test.serial(
  'joining: placed: groups that merge beside strong ones, in the same shard groups',
  (t) => {
    const w = placed(
      [
        [1, 2, 4],
        [2, 3, 4],
      ],
      false,
    )
    for (const key of keys) {
      reply(w, w.client(3), `INCR ${key}`)
      reply(w, w.client(3), `INCR s:${key}`)
    }
    run(w, 300)
    w.kill(4)

    reply(w, w.client(2), 'QUORATE REPLACE m4 5 127.0.0.1:7005 FORCE')

    const after = [
      [1, 2, 5],
      [2, 3, 5],
    ]
    t.true(become(w, after, 2))
    t.true(isSettled(w, 1))
    for (const key of keys) {
      t.is(reply(w, w.client(5), `INCR ${key}`), ':2')
      t.is(reply(w, w.client(5), `INCR s:${key}`), ':2')
    }
  },
)

test.serial(
  'joining: placed: slots move on once who leaves is gone, and who comes has all',
  (t) => {
    const w = placed([
      [1, 2],
      [3, 4],
    ])
    const client = w.client(1)
    for (const key of keys) reply(w, client, `INCR ${key}`)
    run(w, 300)
    w.kill(4)
    reply(w, client, 'QUORATE REPLACE m4 5 127.0.0.1:7005')
    reply(w, client, 'QUORATE MOVE SLOTS 0-8191 TO 1')
    run(w, 3_000)
    const known = () => w.member(1).core?.inspect().topology
    t.is(known()?.hands, undefined, 'no attempt begins')
    t.regex(reply(w, client, 'QUORATE TOPOLOGY'), /waits until member 4 is out of its shard groups/)

    w.start(4)

    t.true(w.until(() => (known()?.moves ?? []).length === 0, 60_000))
    for (const key of keys) t.is(reply(w, w.client(5), `INCR ${key}`), ':2')
  },
)
