// Eviction in a cluster: the leader keeps the bound, no write is refused for it, and all replicas evict
// the same keys, whoever leads.

import test from 'ava'
import { CoreWorld, keyspace } from './core-world.js'

test('eviction: three members, more than the bound is written: all keep it and agree, nothing is refused', (t) => {
  const bound = 600_000
  const small = {
    ...keyspace('default', []),
    maxMemory: bound,
    maxMemoryPolicy: 'allkeys-lru' as const,
  }
  const w = new CoreWorld({ keyspaces: [small] })
  t.true(w.settled())

  for (let round = 0; round < 60; round++) {
    const client = w.client(1 + (round % 3))
    const lines = Array.from({ length: 100 }, (_, i) => `SET key${round}-${i} ${'v'.repeat(40)}`)
    client.send(...lines)
    t.true(w.answered())
    t.deepEqual([...new Set(client.replies)], ['+OK'])
  }
  t.true(w.converged())

  const engines = w.members.map(({ core }) => core?.inspect().groups[0]?.digest())
  t.deepEqual(engines[1], engines[0])
  t.deepEqual(engines[2], engines[0])
  const reader = w.client(w.leader() === 1 ? 2 : 1)
  reader.send('DBSIZE', 'EXISTS key59-99')
  t.true(w.answered())
  const keys = Number(reader.replies[0]?.slice(1))
  t.true(keys > 500 && keys * 120 < bound * 1.1, `${keys} keys`)
  t.is(reader.replies[1], ':1')
})

test('eviction: noeviction: what does not fit is refused, and room made by hand is used', (t) => {
  const small = { ...keyspace('default', []), maxMemory: 20_000 }
  const w = new CoreWorld({ keyspaces: [small] })
  t.true(w.settled())
  const client = w.client(2)
  client.send(...Array.from({ length: 300 }, (_, i) => `SET key${i} ${'v'.repeat(40)}`))
  t.true(w.answered())

  client.send('FLUSHALL', 'SET a 1')
  t.true(w.answered())

  t.true(client.replies.includes("-OOM command not allowed when used memory > 'maxmemory'."))
  t.deepEqual(client.replies.slice(-2), ['+OK', '+OK'])
})
