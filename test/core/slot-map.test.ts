// The map of slots as members tell it.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { keySlot } from '../../src/base/keyslot.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'
import { addressOf, ask, keyOf, leaders, makeWorld, pass, shards, slots } from './routing-world.js'

test('map: all members: name the leaders of their groups', (t) => {
  const w = makeWorld()
  const clients = [1, 2, 3].map((id) => w.client(id))

  const maps = clients.map((client) => leaders(w, client))

  t.deepEqual(maps[1], maps[0])
  t.deepEqual(maps[2], maps[0])
  const first = clients[0] as Client
  t.deepEqual(
    maps[0],
    slots
      .ranges()
      .map(({ from, to, shard }) => `${from}-${to} ${addressOf(w, first, w.leader(shard))}`),
  )
  const ids = clients.map((client) => ask(w, client, 'cluster myid')[0])
  t.is(new Set(ids).size, 3)
  for (const id of ids) t.regex(id as string, /^\$[0-9a-f]{40}$/)
  const [info] = ask(w, first, 'cluster info') as [string]
  t.regex(info, /cluster_state:ok\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:16384/)
})

test('CLUSTER COUNTKEYSINSLOT and GETKEYSINSLOT: of the connection, behind its writes, of all keyspaces', (t) => {
  const w = makeWorld([keyspace('named', ['n:']), keyspace('default', [])])
  const slot = keySlot('x')
  const client = w.client(1)
  ask(w, client, 'client routing proxy')

  const replies = ask(
    w,
    client,
    'mset {x}1 a {x}2 b n:{x}3 c {y}1 d',
    `cluster countkeysinslot ${slot}`,
    `cluster getkeysinslot ${slot} 2`,
    `cluster getkeysinslot ${slot} 10`,
    'cluster countkeysinslot 16384',
    `cluster getkeysinslot ${slot} -1`,
    'cluster countkeysinslot x',
  )

  t.is(replies[1], ':3')
  t.is((replies[2] as string).split(' ').length, 3)
  t.deepEqual(
    (replies[3] as string).split(' ').slice(1).toSorted(),
    ['$n:{x}3', '${x}1', '${x}2'].toSorted(),
  )
  t.is(replies[4], '-ERR Invalid slot')
  t.is(replies[5], '-ERR Invalid slot or number of keys')
  t.is(replies[6], '-ERR value is not an integer or out of range')
})

test('map: to each kind of connection: the addresses of its own listeners', (t) => {
  const address = (port: number) => ({ host: '127.0.0.1', port })
  const w = new CoreWorld({
    config: () => ({
      members: [1, 2, 3].map((id) => ({
        id: id as MemberId,
        name: `m${id}`,
        client: address(7000 + id),
        cluster: address(8000 + id),
        peer: address(17_000 + id),
      })),
    }),
  })
  w.settled()
  pass(w, 300)
  const leader = w.leader(0)
  const client = w.client((leader % 3) + 1)

  const [plain] = ask(w, client, 'cluster slots') as [string]
  const [, aware, moved, nodes] = ask(
    w,
    client,
    'client routing cluster',
    'cluster slots',
    'get a',
    'cluster nodes',
  ) as [string, string, string, string]

  t.regex(plain, new RegExp(`:${7000 + leader} `))
  t.notRegex(plain, /:800\d/)
  t.regex(aware, new RegExp(`:${8000 + leader} `))
  t.notRegex(aware, /:700\d/)
  t.is(moved, `-MOVED ${keySlot('a')} 127.0.0.1:${8000 + leader}`)
  t.regex(nodes, /127\.0\.0\.1:800[123]@1700[123] /)
})

test('map: shard groups on some of the members: those alone are named, clients elsewhere are sent on or served', (t) => {
  const held: readonly (readonly number[])[] = [[1], [2], [1, 2], [2, 3]]
  const w = new CoreWorld({
    config: () => ({
      shards,
      shardGroups: held.map((ids, id) => ({ id, weight: 1, members: ids as MemberId[] })),
      listeners: [
        { name: 'resp', door: 'resp', host: '127.0.0.1', port: 1, path: null, routing: 'cluster' },
      ],
    }),
  })
  t.true(w.settled())
  pass(w, 300)
  const clients = [1, 2, 3].map((id) => w.client(id)) as [Client, Client, Client]

  const maps = clients.map((client) => leaders(w, client))
  t.deepEqual(maps[1], maps[0])
  t.deepEqual(maps[2], maps[0])
  maps[0]?.forEach((line, shard) => {
    t.true(held[shard]?.includes(Number(line.at(-1))), line)
  })
  for (const [shard] of held.entries()) {
    const key = keyOf(shard)
    const [moved] = ask(w, clients[2], `set ${key} 1`) as [string]
    const leader = Number(maps[0]?.[shard]?.at(-1))
    t.is(moved, leader === 3 ? '+OK' : `-MOVED ${keySlot(key)} 127.0.0.1:${7000 + leader}`)
    t.deepEqual(ask(w, clients[leader - 1] as Client, `set ${key} 2`), ['+OK'])
    t.deepEqual(ask(w, clients[2], 'readonly', `get ${key}`, 'readwrite'), ['+OK', '$2', '+OK'])
  }
})

test('CLUSTER NODES: ranges of shard groups that touch are one', (t) => {
  const w = makeWorld()
  for (const id of [2, 3]) {
    const [reply] = ask(w, w.client(id), 'quorate transfer m1')
    t.is(reply, '+OK')
  }
  w.until(() => [0, 1, 2, 3].every((shard) => w.leader(shard) === 1), 5_000)
  pass(w, 300)

  const [nodes] = ask(w, w.client(1), 'cluster nodes') as [string]

  t.regex(nodes, /master .* connected 0-16383\n/)
})
