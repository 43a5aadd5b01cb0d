// QUORATE CONSISTENCY in whole cores: reads of a connection at another level than their keyspace's.

import test from 'ava'
import type { Level } from '../../src/api/config.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

const strategyOf = { strong: 'raft', sequential: 'zab', causal: 'eventual', eventual: 'eventual' }

function space(level: Level, name = 'default', strategy = strategyOf[level]) {
  const prefixes = name === 'default' ? [] : [`${name}:`]
  return { ...keyspace(name, prefixes), level, strategy }
}

function world(level: Level, strategy = strategyOf[level]): CoreWorld {
  return new CoreWorld({ keyspaces: [space(level, 'default', strategy)] })
}

function ask(w: CoreWorld, client: Client, ...lines: readonly string[]): readonly string[] {
  const from = client.replies.length
  client.send(...lines)
  w.until(() => client.replies.length >= client.sent, 8_000)
  return client.replies.slice(from)
}

function follower(w: CoreWorld): number {
  return w.leader() === 1 ? 2 : 1
}

for (const strategy of ['zab', 'raft'] as const) {
  test(`consistency: strong reads of a sequential keyspace over ${strategy}: at a member that lags they show what was answered before`, (t) => {
    const w = world('sequential', strategy)
    t.true(w.settled())
    const writer = w.client(w.leader())
    const weak = w.client(follower(w))
    const strong = w.client(follower(w))
    t.deepEqual(ask(w, strong, 'QUORATE CONSISTENCY strong'), ['+OK'])
    let stale = 0
    for (let i = 0; i < 200; i++) {
      ask(w, writer, `SET k ${i}`)
      weak.send('GET k')
      const [seen] = ask(w, strong, 'GET k')
      w.answered()
      if (weak.replies.at(-1) !== `$${i}`) stale++

      t.is(seen, `$${i}`)
    }

    // The level alone does not promise it.
    t.true(stale > 0)
  })
}

test('consistency: strong reads of a sequential keyspace: by a member without a majority they are refused, weak ones go on', (t) => {
  const w = world('sequential')
  t.true(w.settled())
  const alone = follower(w)
  const strong = w.client(alone)
  const weak = w.client(alone)
  ask(w, weak, 'SET k v')
  ask(w, strong, 'QUORATE CONSISTENCY strong')
  t.deepEqual(ask(w, strong, 'GET k'), ['$v'])
  for (const { id } of w.members) if (id !== alone) w.kill(id)
  w.until(() => false, 4_000)

  t.deepEqual(ask(w, weak, 'GET k'), ['$v'])
  t.regex(ask(w, strong, 'GET k')[0] as string, /^-CLUSTERDOWN /)
  t.deepEqual(ask(w, strong, 'QUORATE CONSISTENCY default', 'GET k'), ['+OK', '$v'])
})

for (const level of ['sequential', 'causal', 'eventual'] as const) {
  test(`consistency: ${level} reads of a strong keyspace: go on without a majority, own writes in them`, (t) => {
    const w = world('strong')
    t.true(w.settled())
    const alone = follower(w)
    const client = w.client(alone)
    const strong = w.client(alone)
    t.deepEqual(
      ask(w, client, `QUORATE CONSISTENCY ${level}`, 'SET k v', 'GET k', 'INCR n', 'GET n'),
      ['+OK', '+OK', '$v', ':1', '$1'],
    )
    ask(w, client, 'PFADD p a b c')
    for (const { id } of w.members) if (id !== alone) w.kill(id)
    w.until(() => false, 4_000)

    t.deepEqual(ask(w, client, 'GET k', 'MGET k n', 'DBSIZE').slice(0, 1), ['$v'])
    t.deepEqual(client.replies.slice(-1), [':3'])
    // A count that nobody has kept yet.
    t.deepEqual(ask(w, client, 'PFCOUNT p'), [':3'])
    t.regex(ask(w, strong, 'GET k')[0] as string, /^-CLUSTERDOWN /)
    t.regex(ask(w, client, 'SET k w')[0] as string, /^-CLUSTERDOWN |^-UNKNOWNRESULT /)
    ask(w, client, 'RESET')
    t.regex(ask(w, client, 'GET k')[0] as string, /^-CLUSTERDOWN /)
  })
}

test('consistency: weak reads sent behind WATCH, without waiting for it: a change that they missed ends the transaction', (t) => {
  const w = world('strong')
  t.true(w.settled())
  const writer = w.client(w.leader())
  const client = w.client(follower(w))
  ask(w, client, 'QUORATE CONSISTENCY sequential')
  for (let i = 0; i < 100; i++) {
    ask(w, writer, `SET k ${i}`)
    const seen = ask(w, client, 'WATCH k', 'GET k')[1]
    const reply = ask(w, client, 'MULTI', 'SET l 1', 'EXEC')[2]

    t.true(seen === `$${i}` || reply === '_')
  }
})

test('consistency: a read that its strategy cannot give: refused by name, writes go on', (t) => {
  const w = new CoreWorld({
    keyspaces: [space('eventual', 'cache'), space('causal', 'feed'), space('strong')],
  })
  t.true(w.settled())
  const client = w.client(1)
  ask(w, client, 'QUORATE CONSISTENCY strong')

  const replies = ask(w, client, 'GET cache:a', 'SET cache:a 1', 'GET feed:a', 'GET a')
  t.is(
    replies[0],
    '-ERR The connection asks for strong reads (QUORATE CONSISTENCY), but keyspace cache is eventual and its strategy eventual has none',
  )
  t.is(replies[1], '+OK')
  t.regex(replies[2] as string, /keyspace feed is causal/)
  t.is(replies[3], '_')
  t.regex(ask(w, client, 'MGET a cache:a')[0] as string, /keyspace cache/)
  t.regex(ask(w, client, 'DBSIZE')[0] as string, /keyspace cache/)
  ask(w, client, 'MULTI', 'GET cache:a')
  t.regex(ask(w, client, 'EXEC')[0] as string, /^-EXECABORT .*keyspace cache/)
  ask(w, client, 'MULTI', 'INCR cache:a', 'GET cache:a')
  t.regex(ask(w, client, 'EXEC')[0] as string, /^\*/)
  ask(w, client, 'QUORATE CONSISTENCY causal')
  t.deepEqual(ask(w, client, 'GET feed:a', 'GET cache:a'), ['_', '$2'])
  t.regex(ask(w, client, 'QUORATE CONSISTENCY x')[0] as string, /^-ERR The level is one of/)
})

test('consistency: causal reads of an eventual keyspace: refused over several shard groups, and said so', (t) => {
  const w = new CoreWorld({ keyspaces: [space('eventual')], config: () => ({ shards: 2 }) })
  t.true(w.settled())
  const client = w.client(1)
  ask(w, client, 'QUORATE CONSISTENCY causal')

  t.regex(
    ask(w, client, 'GET a')[0] as string,
    /eventual and its strategy eventual has none over several shard groups$/,
  )
  ask(w, client, 'QUORATE CONSISTENCY strong')
  t.regex(ask(w, client, 'GET a')[0] as string, /strategy eventual has none$/)
})

test('consistency: what holds: said for the connection and for a key', (t) => {
  const w = new CoreWorld({ keyspaces: [space('eventual', 'cache'), space('sequential')] })
  t.true(w.settled())
  const client = w.client(1)
  client.isRaw = true
  client.send('QUORATE CONSISTENCY', 'QUORATE CONSISTENCY strong', 'QUORATE CONSISTENCY')
  client.send('QUORATE EXPLAIN k', 'QUORATE EXPLAIN cache:k')
  w.until(() => false, 50)

  const words = client.text.split('\r\n').filter((line) => /^[a-z]/.test(line))
  t.deepEqual(words.slice(0, 7), [
    'level',
    'default',
    'reads',
    'cache',
    'eventual',
    'default',
    'sequential',
  ])
  t.deepEqual(words.slice(7, 14), [
    'level',
    'strong',
    'reads',
    'cache',
    'refused',
    'default',
    'strong',
  ])
  t.true(client.text.includes('read-level\r\n$6\r\nstrong'))
  t.true(client.text.includes('read-level\r\n$7\r\nrefused'))
  t.true(client.text.includes('without-majority\r\n$24\r\nrefuses writes and reads'))
})
