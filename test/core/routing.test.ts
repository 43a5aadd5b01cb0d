// Where members send clients that go by slots, and what they take of them.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { keySlot } from '../../src/base/keyslot.js'
import { type Client, keyspace } from './core-world.js'
import { addressOf, ask, keyOf, leaders, makeWorld, pass, shards, slots } from './routing-world.js'

test('cluster routing: a key of another leader: MOVED there, and taken there', (t) => {
  const w = makeWorld()

  for (let shard = 0; shard < shards; shard++) {
    const leader = w.leader(shard)
    const other = w.client((leader % 3) + 1)
    const key = keyOf(shard)
    const at = addressOf(w, other, leader)

    t.deepEqual(ask(w, other, `set ${key} 1`, `get ${key}`), [
      `-MOVED ${keySlot(key)} ${at}`,
      `-MOVED ${keySlot(key)} ${at}`,
    ])
    t.deepEqual(ask(w, w.client(leader), `set ${key} 1`, `get ${key}`), ['+OK', '$1'])
  }
})

test('cluster routing: keys of two slots, other databases, what changes nodes: refused in words of Redis', (t) => {
  const w = makeWorld()
  const [a, b] = ['{a}1', '{b}1']
  const client = w.client(w.leader(slots.shardOf(keySlot(a))))
  const crossSlot = "-CROSSSLOT Keys in request don't hash to the same slot"

  t.deepEqual(
    ask(w, client, `mget ${a} ${b}`, `mset ${a} 1 ${b} 2`, `del ${a} ${b}`, `eval x 2 ${a} ${b}`),
    [crossSlot, crossSlot, crossSlot, crossSlot],
  )
  t.deepEqual(ask(w, client, `mset ${a} 1 {a}2 2`, `mget ${a} {a}2`), ['+OK', '*2 $1 $2'])
  const [, , cross] = ask(w, client, 'multi', `get ${a}`, `get {x}${b}`).slice(0, 3)
  t.regex(cross as string, /^\+QUEUED|^-MOVED/)
  ask(w, client, 'discard')
  t.deepEqual(ask(w, client, 'select 0', 'select 1', 'swapdb 0 1', `move ${a} 1`), [
    '+OK',
    '-ERR SELECT is not allowed in cluster mode',
    '-ERR SWAPDB is not allowed in cluster mode',
    '-ERR MOVE is not allowed in cluster mode',
  ])
  t.is(
    ask(w, client, `copy ${a} {a}3 db 1`)[0],
    '-ERR Copying to another database is not allowed in cluster mode',
  )
  t.regex(
    ask(w, client, 'cluster meet h 1')[0] as string,
    /^-ERR CLUSTER MEET is not used here: .*QUORATE JOIN/,
  )
  t.deepEqual(ask(w, client, 'asking', 'readonly', 'readwrite'), ['+OK', '+OK', '+OK'])
})

test('cluster routing: a transaction: of one slot executed, of two discarded with CROSSSLOT', (t) => {
  const w = makeWorld()
  const key = keyOf(0)
  const client = w.client(w.leader(0))

  t.deepEqual(ask(w, client, 'multi', `set {${key}}1 a`, `get {${key}}1`, 'exec'), [
    '+OK',
    '+QUEUED',
    '+QUEUED',
    '*2 +OK $a',
  ])
  const second = `{${key}}2`
  let n = 0
  while (slots.shardOf(keySlot(`o${n}`)) !== 0) n++
  t.deepEqual(ask(w, client, 'multi', `set ${second} a`, `get o${n}`, 'exec', `get ${second}`), [
    '+OK',
    '+QUEUED',
    '+QUEUED',
    "-CROSSSLOT Keys in request don't hash to the same slot",
    '_',
  ])
})

test('cluster routing: READONLY: reads are served by a replica, writes are sent on', (t) => {
  const w = makeWorld()
  const key = keyOf(1)
  const leader = w.leader(1)
  ask(w, w.client(leader), `set ${key} new`)
  const replica = w.client((leader % 3) + 1)

  const replies = ask(
    w,
    replica,
    'readonly',
    `get ${key}`,
    `set ${key} x`,
    'readwrite',
    `get ${key}`,
  )

  t.deepEqual(replies.slice(0, 2), ['+OK', '$new'])
  t.regex(replies[2] as string, /^-MOVED/)
  t.regex(replies[4] as string, /^-MOVED/)
})

test('cluster routing: DBSIZE, KEYS and SCAN: the members together see each key once', (t) => {
  const w = makeWorld()
  const plain = w.client(1)
  const names = Array.from({ length: 40 }, (_, i) => `key:${i}`)
  t.deepEqual(
    ask(w, plain, 'client routing proxy', `mset ${names.map((n) => `${n} 1`).join(' ')}`),
    ['+OK', '+OK'],
  )
  t.deepEqual(ask(w, plain, 'dbsize'), [':40'])

  const leads = new Set([0, 1, 2, 3].map((shard) => w.leader(shard)))
  const each = [...leads].map((id) => w.client(id))

  const sizes = each.map((client) => Number(ask(w, client, 'dbsize')[0]?.slice(1)))
  t.is(
    sizes.reduce((sum, size) => sum + size, 0),
    40,
  )
  const found = each.flatMap((client) =>
    (ask(w, client, 'keys *')[0] as string).split(' ').slice(1),
  )
  t.deepEqual(found.toSorted(), names.map((name) => `$${name}`).toSorted())
})

test('CLIENT ROUTING: asked, set, back to what the listener says', (t) => {
  const w = makeWorld()
  const key = keyOf(2)
  const client = w.client((w.leader(2) % 3) + 1)

  const replies = ask(
    w,
    client,
    'client routing',
    `get ${key}`,
    'client routing proxy',
    `get ${key}`,
    'cluster nodes',
    'client routing',
    'select 3',
    'client routing cluster',
    'select 0',
    'client routing default',
    'client routing',
    'client routing x',
  )

  t.is(replies[0], '$cluster')
  t.regex(replies[1] as string, /^-MOVED/)
  t.deepEqual(replies.slice(2, 7), [
    '+OK',
    '_',
    '-ERR This instance has cluster support disabled',
    '$proxy',
    '+OK',
  ])
  t.regex(replies[7] as string, /^-ERR Cluster routing knows database 0 only/)
  t.deepEqual(replies.slice(8), ['+OK', '+OK', '$cluster', '-ERR syntax error'])
})

test('cluster routing: leadership moves with every redirection: a client is sent on twice at most, and done', (t) => {
  const w = makeWorld()
  const key = keyOf(3)
  const clients = [1, 2, 3].map((id) => w.client(id))
  const addresses = [1, 2, 3].map((id) => addressOf(w, clients[0] as Client, id))
  const moveOn = (): void => {
    const leader = w.leader(3)
    const to = addresses[leader % 3]?.replace(':', ' ')
    ask(w, clients[leader - 1] as Client, `failover to ${to}`)
    w.until(() => w.leader(3) === (leader % 3) + 1)
    // Everybody knows of it.
    pass(w, 10)
  }
  let sentOn = 0

  for (let i = 1; i <= 20; i++) {
    pass(w, 200)
    let at = w.leader(3) % 3
    let hops = 0
    for (;;) {
      const [reply] = ask(w, clients[at] as Client, `incr ${key}`) as [string]
      if (reply === `:${i}`) break
      const address = /^-MOVED \d+ (\S+)$/.exec(reply)?.[1] ?? ''
      at = addresses.indexOf(address)
      t.true(at >= 0 && hops++ < 2, reply)
      moveOn()
    }
    sentOn += hops
  }
  t.true(sentOn >= 20)
})

test('cluster routing: the leader dies: commands are done meanwhile, then the map names another', (t) => {
  const w = makeWorld()
  const leader = w.leader(0)
  const key = keyOf(0)
  const other = w.client((leader % 3) + 1)
  const before = leaders(w, other)[0]

  w.kill(leader)
  const [reply] = ask(w, other, `set ${key} 1`)

  t.is(reply, '+OK')
  pass(w, 1_000)
  const after = leaders(w, other)[0]
  t.not(after, before)
  const [nodes] = ask(w, other, 'cluster nodes') as [string]
  t.regex(nodes, /slave,fail [0-9a-f]{40} \d+ \d+ \d+ disconnected\n/)
  t.regex(ask(w, other, 'cluster info')[0] as string, /cluster_state:ok/)
})

test('cluster routing: without a majority: CLUSTER INFO says what is down', (t) => {
  const w = makeWorld()
  w.kill(2)
  w.kill(3)
  const client = w.client(1)
  pass(w, 5_000)

  const [info] = ask(w, client, 'cluster info') as [string]

  t.regex(info, /cluster_state:fail\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:0/)
})

test('cluster routing of eventual keyspaces: the map deals shards to members alike, and every member takes all', (t) => {
  const w = makeWorld([{ ...keyspace('default', []), level: 'eventual', strategy: 'eventual' }])
  // Until a member serves it names the others.
  pass(w, 1_000)
  const clients = [1, 2, 3].map((id) => w.client(id))

  const maps = clients.map((client) => leaders(w, client))

  t.deepEqual(maps[1], maps[0])
  t.deepEqual(maps[2], maps[0])
  t.is(new Set(maps[0]?.map((line) => line.split(' ')[1])).size, 3)
  for (const client of clients) {
    for (let shard = 0; shard < shards; shard++) {
      t.deepEqual(ask(w, client, `set ${keyOf(shard)} 1`), ['+OK'])
    }
  }
})

test('cluster routing of several keyspaces: a key goes to the leader of its own group, and what the map says is served', (t) => {
  const w = makeWorld([keyspace('named', ['n:']), keyspace('default', [])])
  const key = keyOf(0, 'n:')
  // Groups: named 0, default 0, named 1 ...
  let tries = 0
  while (w.leader(0) === w.leader(1) && tries++ < 20) {
    const client = w.client(w.leader(0))
    ask(w, client, 'client routing proxy', 'failover')
    pass(w, 400)
  }
  const [named, main] = [w.leader(0), w.leader(1)]
  const third = ([1, 2, 3] as MemberId[]).find((id) => id !== named && id !== main) as number

  t.not(named, main)
  t.is(ask(w, w.client(main), `set ${key} 1`)[0], '+OK')
  const at = addressOf(w, w.client(third), named)
  t.is(ask(w, w.client(third), `set ${key} 1`)[0], `-MOVED ${keySlot(key)} ${at}`)
  t.is(ask(w, w.client(named), `set ${key} 1`)[0], '+OK')
})
