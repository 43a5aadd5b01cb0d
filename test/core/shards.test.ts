// Keyspaces of several shard groups in whole cores: what does not need one group answers as if there were one.

import test from 'ava'
import type { Level } from '../../src/api/config.js'
import { keySlot } from '../../src/base/keyslot.js'
import { SlotMap } from '../../src/slots/map.js'
import { topologyGroupId } from '../../src/core/topology-group.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

const strategies: readonly (readonly [Level, string])[] = [
  ['strong', 'raft'],
  ['sequential', 'zab'],
  ['eventual', 'eventual'],
]
const shards = 4

function makeWorld(level: Level, strategy: string, count: number): CoreWorld {
  const spaces = [
    keyspace('named', ['named:'], {}),
    { ...keyspace('default', []), level, strategy },
  ]
  return new CoreWorld({ keyspaces: spaces, config: () => ({ shards: count }) })
}

/** Runs lines one after the other. */
function run(w: CoreWorld, client: Client, lines: readonly string[]): readonly string[] {
  const from = client.replies.length
  for (const line of lines) {
    client.send(line)
    w.until(() => client.replies.length === client.sent, 5_000)
  }
  return client.replies.slice(from)
}

/** Keys `k0`, `k1` ... of four shard groups, one of each in turn. */
const slots = SlotMap.even(shards)
const keys = Array.from({ length: 12 }, (_, i) => {
  let n = 0
  while (slots.shardOf(keySlot(`k${i}:${n}`)) !== i % shards) n++
  return `k${i}:${n}`
})
const [a, b, c, d, e] = keys as [string, string, string, string, string]

const alike = [
  `mset ${keys.map((key, i) => `${key} ${i}`).join(' ')}`,
  `mget ${keys.join(' ')} none named:x`,
  'dbsize',
  `exists ${a} ${b} ${c} none ${a}`,
  `touch ${a} ${b} none`,
  `del ${a} ${b} none`,
  `unlink ${c} none`,
  'dbsize',
  `set ${a} again`,
  `rename ${a} {${a}}x`,
  `get {${a}}x`,
  'set named:x 1',
  `mget named:x ${d}`,
  'select 1',
  `set ${d} other`,
  'dbsize',
  'select 0',
  `copy ${d} ${d} db 1 replace`,
  `move ${e} 1`,
  'select 1',
  `mget ${d} ${e}`,
  'flushdb',
  'dbsize',
  'randomkey',
  'select 0',
  `multi`,
  `incr ${d}`,
  `get ${d}`,
  'exec',
  `incr ${a}`,
  `lpush {${b}}list 1 2 3`,
  `lmove {${b}}list {${b}}other left right`,
  'keys {*}list',
  'wait 0 10',
  'config get maxmemory',
  'cluster keyslot x',
  'publish channel text',
  'flushall',
  'dbsize',
  'keys *',
  'randomkey',
  'scan 0',
]

for (const [level, strategy] of strategies) {
  test(`shards of ${strategy}: keys of several groups: answered as by one`, (t) => {
    const [many, one] = [shards, 1].map((count) => {
      const w = makeWorld(level, strategy, count)
      t.true(w.settled())
      return run(w, w.client(1), alike)
    }) as [readonly string[], readonly string[]]

    t.deepEqual(
      alike.map((line, i) => `${line} -> ${many[i]}`),
      alike.map((line, i) => `${line} -> ${one[i]}`),
    )
  })

  test(`shards of ${strategy}: a cursor goes through all groups, at any member`, (t) => {
    const w = makeWorld(level, strategy, shards)
    t.true(w.settled())
    const names = Array.from({ length: 300 }, (_, i) => `key:${i}`)
    run(w, w.client(1), [`mset ${names.map((name) => `${name} 1`).join(' ')}`])
    w.until(() => false, 600)

    const found = new Set<string>()
    let cursor = '0'
    let calls = 0
    do {
      const id = (calls++ % 3) + 1
      const [reply] = run(w, w.client(id), [`scan ${cursor} count 20`]) as [string]
      const [, next = '', , ...names] = reply.replaceAll('$', '').split(' ')
      cursor = next
      for (const name of names) if (name !== '') found.add(name)
    } while (cursor !== '0' && calls < 100)

    t.deepEqual([...found].sort(), names.sort())
    t.true(calls > 3)
  })

  test(`shards of ${strategy}: what must be in one group is refused over two`, (t) => {
    const w = makeWorld(level, strategy, shards)
    t.true(w.settled())

    const replies = run(w, w.client(2), [
      `sadd ${a} x`,
      `sunion ${a} ${b}`,
      `rename ${a} ${b}`,
      `msetnx ${a} 1 ${b} 1`,
      'multi',
      `set ${a} 1`,
      `set ${b} 1`,
      'exec',
      `exists ${a} ${b}`,
    ])

    t.is(replies[0], ':1')
    for (const at of [1, 2, 3]) t.regex(replies[at] as string, /^-CROSSSLOT/)
    t.true(replies.slice(4, 8).some((reply) => /^-(CROSSSLOT|EXECABORT)/.test(reply)))
    t.is(replies[8], ':1')
  })

  test(`shards of ${strategy}: reports name shard groups and add up`, (t) => {
    const w = makeWorld(level, strategy, shards)
    t.true(w.settled())
    const client = w.client(1)
    run(w, client, [`mset ${keys.map((key) => `${key} 1`).join(' ')}`])

    const [info, status, explain] = run(w, client, [
      'info everything',
      'quorate status',
      `quorate explain ${d}`,
    ]) as [string, string, string]

    t.regex(info, /db0:keys=12,/)
    t.regex(info, /group7:keyspace=default,shard=3,/)
    const groups = JSON.parse(status.slice(1)).groups as { keyspace: string; shard: number }[]
    t.deepEqual(
      groups.map((group) => `${group.keyspace} ${group.shard}`),
      [0, 1, 2, 3].flatMap((shard) => [`named ${shard}`, `default ${shard}`]),
    )
    t.regex(explain, /shard-group\D+3/)
  })
}

test('shards: another number over data that is there: refused with both', (t) => {
  let given = 2
  const world = new CoreWorld({ members: 1, config: () => ({ shards: given }) })
  t.true(world.settled())
  world.kill(1)
  given = 4

  world.start(1)
  world.until(() => world.member(1).stopped !== null, 100)

  t.regex(world.member(1).stopped?.why ?? '', /shards: given 4, allowed: 2/)
})

test('shards: events of strategies: each names its group', (t) => {
  const world = new CoreWorld({ members: 1, config: () => ({ shards: 2 }) })

  t.true(world.settled())

  const elected = world.member(1).traces.filter(({ event }) => event === 'raft.elected')
  t.deepEqual(
    elected.map(({ fields }) => fields['group']),
    [0, 1, topologyGroupId],
  )
})

test('shards: callers that go on with any group: all groups send at once, in few batches', (t) => {
  const space = { ...keyspace('default', []), level: 'strong', strategy: 'raft' } as const
  const w = new CoreWorld({ keyspaces: [space], config: () => ({ shards }) })
  t.true(w.settled())
  const clients = Array.from({ length: 48 }, () => w.client(1))
  const batches = () =>
    w.members[0]?.core
      ?.inspect()
      .groups.reduce((sum, group) => sum + (group.counters['batches'] ?? 0), 0) ?? 0
  let answered = 0
  const begin = batches()
  for (let step = 0; step < 1_000; step++) {
    for (const client of clients) {
      if (client.replies.length < client.sent) continue
      answered += client.replies.splice(0).length
      client.sent = 0
      client.send(`set key:${w.random.below(1_000)} v`)
    }
    w.step()
  }
  const each = answered / (batches() - begin)
  t.true(each > 10, `${each} commands a batch, 12 for each group are sent in turn`)
})
