// QUORATE STATUS and INFO: what operators and tools read.

import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { type FakeGroup, keyspace, World } from './world.js'

const schema: unknown = JSON.parse(
  readFileSync(new URL('../../../conf/status.schema.json', import.meta.url), 'utf8'),
)

test('quorate status: two keyspaces: JSON that its schema accepts', (t) => {
  const world = new World({
    config: { keyspaces: [keyspace('cache', { prefixes: ['c:'] }), keyspace('default')] },
  })
  const validate = new Ajv({ allErrors: true }).compile(schema as object)

  const [, body] = world.connect().ask('quorate', 'Status').split('\r\n')
  const status: unknown = JSON.parse(body ?? '')

  validate(status)
  t.deepEqual(validate.errors, null)
  const { groups } = status as { groups: readonly { keyspace: string }[] }
  t.deepEqual(
    groups.map((group) => group.keyspace),
    ['cache', 'default'],
  )
})

test('quorate status: its schema: refuses a status without groups', (t) => {
  const validate = new Ajv().compile(schema as object)

  t.false(validate({ cluster: 'x', members: [] }))
})

test('quorate status: a group without a leader: why names who is silent and for how long', (t) => {
  const wall = new World().now.wall
  const members = [1, 2, 3].map((id) => ({
    id: id as MemberId,
    name: `m${id}`,
    address: `127.0.0.1:${id}`,
    clusterAddress: `127.0.0.1:${id}`,
    peer: `127.0.0.1:1${id}`,
    connected: id === 1,
    since: id === 2 ? wall - 12_000 : 0,
  }))
  const world = new World({ cluster: { members } })
  const [group] = world.groups
  if (group === undefined) return t.fail('a group')
  const client = world.connect()
  const why = () => /"why":"([^"]*)"/.exec(client.ask('QUORATE', 'STATUS'))?.[1]
  t.is(why(), '')

  group.health = 'down'
  group.why = 'the group has no leader'
  const sentence =
    'the group has no leader; no link to member 2 (for 12 s), 3 (since this one started)'
  t.is(why(), sentence)
  t.true(client.ask('INFO', 'quorate').includes(`group0_why:${sentence}\r\n`))
  t.true(client.ask('QUORATE', 'EXPLAIN', 'key').includes(sentence))
})

test('quorate explain: a key of each keyspace: where it lives and what is promised', (t) => {
  const world = new World({
    config: {
      keyspaces: [
        keyspace('cache', { prefixes: ['c:'], level: 'eventual', durability: 'none' }),
        keyspace('default'),
      ],
    },
  })
  const client = world.connect()
  client.ask('HELLO', '3')
  const explain = (key: string): ReadonlyMap<string, string> => {
    const lines = client.ask('QUORATE', 'EXPLAIN', key).split('\r\n')
    const words = lines.filter((line) => !/^[$%]/u.test(line))
    return new Map(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1] ?? '']] : [])))
  }

  const cached = explain('c:{foo}')
  const other = explain('foo')

  t.is(cached.get('slot'), ':12182')
  t.is(other.get('slot'), ':12182')
  t.deepEqual([cached.get('keyspace'), other.get('keyspace')], ['cache', 'default'])
  t.deepEqual([cached.get('level'), other.get('level')], ['eventual', 'strong'])
  t.regex(cached.get('ok') ?? '', /locks hold on that member only/u)
  t.regex(other.get('ok') ?? '', /^2 of 3 members have it synced to disk/u)
  t.is(cached.get('without-majority'), 'goes on with reads and writes')
  t.is(other.get('without-majority'), 'refuses writes and reads')
})

test('quorate recover: accept-loss: asks the member for one group or all', (t) => {
  const asked: (number | null)[] = []
  const world = new World({
    cluster: {
      acceptLoss: (group) => {
        asked.push(group)
        return group === null ? null : 'the group is not halted'
      },
    },
  })
  const client = world.connect()
  const nothing = '-ERR there is nothing to recover: '
  const recover = (...rest: readonly string[]): string => client.ask('QUORATE', 'RECOVER', ...rest)
  const [group] = world.groups as [FakeGroup]

  for (const health of ['ok', 'degraded'] as const) {
    group.health = health
    t.is(recover('ACCEPT-LOSS'), `${nothing}all groups are served here\r\n`)
    t.is(recover('ACCEPT-LOSS', '0'), `${nothing}the group is served here\r\n`)
  }
  group.health = 'recovering'
  t.is(recover('ACCEPT-LOSS'), `${nothing}all groups have a leader\r\n`)
  t.is(recover('ACCEPT-LOSS', '0'), `${nothing}the group has a leader\r\n`)
  t.deepEqual(asked, [])

  group.leader = null
  t.is(recover('accept-loss'), '+OK\r\n')
  t.is(client.ask('QUORATE', 'RECOVER', 'ACCEPT-LOSS', '0'), '-ERR the group is not halted\r\n')
  t.true(client.ask('QUORATE', 'RECOVER', 'ACCEPT-LOSS', '7').startsWith('-ERR There is no such'))
  t.is(client.ask('QUORATE', 'RECOVER', 'please'), '-ERR syntax error\r\n')
  t.deepEqual(asked, [null, 0])

  group.role = 'remote'
  const elsewhere = '-ERR this member holds no replica of group 0\r\n'
  t.is(recover('ACCEPT-LOSS', '0'), elsewhere)
  t.is(recover('ACCEPT-LOSS'), '+OK\r\n', 'the topology has no leader here, either')
})

test('bgsave: idle, then busy: asks each time, and LASTSAVE tells of the oldest group', (t) => {
  const world = new World()
  const start = Math.floor(world.now.wall / 1000)
  const client = world.connect()
  const [group] = world.groups

  t.is(client.ask('BGSAVE'), '+Background saving started\r\n')
  t.is(client.ask('LASTSAVE'), `:${start}\r\n`)
  if (group !== undefined) {
    group.counters = { checkpoint_open: 1, checkpoint_time: world.now.wall + 7_000 }
  }
  t.is(client.ask('BGSAVE'), '+Background saving scheduled\r\n')
  t.true(client.ask('INFO', 'persistence').includes('rdb_bgsave_in_progress:1'))
  t.is(world.checkpointsAsked, 2)
  for (const each of world.groups) each.counters = { checkpoint_time: world.now.wall + 7_000 }
  t.is(client.ask('LASTSAVE'), `:${start + 7}\r\n`)
})

test('info: everything: all sections and the fields that tools look for', (t) => {
  const world = new World()
  const client = world.connect()
  const [group] = world.groups
  if (group !== undefined) group.keys = 7
  client.ask('GET', 'a')
  client.ask('nosuch')

  const text = client.ask('INFO', 'everything')

  const titles = [...text.matchAll(/^# (\w+)/gm)].map(([, title]) => title)
  t.deepEqual(titles, [
    ...['Server', 'Clients', 'Memory', 'Persistence', 'Stats', 'Replication', 'CPU', 'Modules'],
    ...['Commandstats', 'Errorstats', 'Latencystats', 'Cluster', 'Keyspace', 'Quorate'],
  ])
  for (const line of [
    'redis_version:7.2.4',
    'quorate_version:0.1.0',
    'redis_mode:standalone',
    'arch_bits:64',
    'tcp_port:7001',
    'loading:0',
    'role:master',
    'maxmemory_policy:noeviction',
    'cluster_enabled:0',
    'connected_clients:1',
    'errorstat_ERR:count=1',
    'db0:keys=7,expires=0,avg_ttl=0',
  ]) {
    t.true(text.includes(`\r\n${line}\r\n`), line)
  }
  t.regex(
    text,
    /\r\ncmdstat_get:calls=1,usec=\d+,usec_per_call=[\d.]+,rejected_calls=0,failed_calls=0\r\n/,
  )
  t.regex(text, /\r\ngroup0:keyspace=default,shard=0,level=strong,strategy=raft,/)
})

test('info: a group that cannot work, or may have lost writes: says so in lines of their own', (t) => {
  const world = new World()
  const client = world.connect()
  const [group] = world.groups
  if (group === undefined) return t.fail('the world has a group')
  t.notRegex(client.ask('INFO', 'quorate'), /_why:|_loss:/)

  group.why = 'waits for members 2, 3'
  t.regex(
    client.ask('QUORATE', 'EXPLAIN', 'k'),
    /\$3\r\nwhy\r\n\$\d+\r\nwaits for members 2, 3\r\n/,
  )
  group.loss = 'era 2 was begun'

  t.regex(
    client.ask('INFO', 'quorate'),
    /\r\ngroup0_why:waits for members 2, 3\r\ngroup0_loss:era 2 was begun\r\n/,
  )
})

test('info: names of sections: only these, in any case', (t) => {
  const client = new World().connect()

  const text = client.ask('INFO', 'CPU', 'cluster')

  t.deepEqual(
    [...text.matchAll(/^# (\w+)/gm)].map(([, title]) => title),
    ['CPU', 'Cluster'],
  )
  t.false(client.ask('INFO').includes('# Commandstats'))
})

test('config resetstat: after commands: counters are zero', (t) => {
  const client = new World().connect()
  client.ask('GET', 'a')

  t.is(client.ask('CONFIG', 'RESETSTAT'), '+OK\r\n')

  t.false(client.ask('INFO', 'commandstats').includes('cmdstat_get'))
})

test('client info: of the one who asks: qbuf is what it sent', (t) => {
  const client = new World().connect()

  t.regex(client.ask('CLIENT', 'INFO'), / qbuf=26 /)
  t.regex(client.ask('CLIENT', 'LIST'), / qbuf=26 /)
})
