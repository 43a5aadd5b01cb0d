// What clients and operators are told of a member that lost something and is alone.

import test from 'ava'
import { type Client, CoreWorld, keyspace } from './core-world.js'

function ask(w: CoreWorld, client: Client, line: string): string {
  client.send(line)
  w.answered()
  return client.replies.at(-1) as string
}

for (const shards of [1, 2]) {
  test(`recovering: causal, ${shards} groups, durability none, alone: refused with the cause until the operator accepts the loss`, (t) => {
    const space = { ...keyspace('default', []), level: 'causal', strategy: 'eventual' } as const
    const w = new CoreWorld({
      keyspaces: [{ ...space, durability: 'none' }],
      config: () => ({ shards, recoverWaitMs: 60_000 }),
    })
    t.true(w.settled())
    const writer = w.client(1)
    for (let i = 0; i < 20; i++) t.is(ask(w, writer, `INCR k${i}`), ':1')
    // A checkpoint has them all.
    w.until(() => false, 3_000)
    for (const id of [1, 2, 3]) w.kill(id)
    w.start(1)
    w.until(() => false, 500)

    const client = w.client(1)
    t.regex(
      ask(w, client, 'GET k1'),
      /^-CLUSTERDOWN waits for what other members hold .*unclean-stop/,
    )
    t.is(ask(w, client, 'QUORATE RECOVER ACCEPT-LOSS'), '+OK')
    w.until(() => false, 100)
    for (let i = 0; i < 20; i++) t.is(ask(w, client, `INCR k${i}`), ':2')
    t.regex(ask(w, client, 'QUORATE STATUS'), /"why":"without members 2, 3[;"]/)
  })
}

test('recovering: causal, several groups: while one is not whole the other one is not served, and says so', (t) => {
  const space = { ...keyspace('default', []), level: 'causal', strategy: 'eventual' } as const
  const w = new CoreWorld({
    keyspaces: [{ ...space, durability: 'none' }],
    config: () => ({ shards: 2, recoverWaitMs: 60_000 }),
  })
  t.true(w.settled())
  t.is(ask(w, w.client(1), 'SET k v'), '+OK')
  for (const id of [1, 2, 3]) w.kill(id)
  w.start(1)
  // Killed before it kept a topology, it first waits for somebody who knows one.
  t.true(w.until(() => w.member(1).core?.inspect().groups[0]?.status != null, 3_000))
  w.until(() => false, 500)

  const client = w.client(1)
  t.is(ask(w, client, 'QUORATE RECOVER ACCEPT-LOSS 0'), '+OK')
  w.until(() => false, 100)
  const status = ask(w, client, 'QUORATE STATUS')
  t.regex(
    status,
    /"health":"degraded","why":"waits for what other members hold of its shard groups/,
  )
})

/** All groups of it are well, that of the topology, too. */
function isWell(w: CoreWorld, client: Client): boolean {
  return !/"health":"(?!ok)/.test(ask(w, client, 'QUORATE STATUS'))
}

for (const strategy of ['raft', 'zab'] as const) {
  test(`recovering: ${strategy}: the word that loss is accepted is refused where a leader is known, taken where none is`, (t) => {
    const w = new CoreWorld({ keyspaces: [{ ...keyspace('default', []), strategy }] })
    const client = w.client(1)
    t.true(w.settled() && w.until(() => isWell(w, client), 5_000))
    t.is(ask(w, client, 'SET k v'), '+OK')
    const nothing = /^-ERR there is nothing to recover: (all groups are|the group is) served here/
    const refused = (): void => {
      t.regex(ask(w, client, 'QUORATE RECOVER ACCEPT-LOSS'), nothing)
      t.regex(ask(w, client, 'QUORATE RECOVER ACCEPT-LOSS 0'), nothing)
    }
    refused()
    w.kill(2)
    t.true(w.until(() => ask(w, client, 'SET k v') === '+OK', 9_000))
    t.true(w.until(() => /"topology":.*"leader":\d/.test(ask(w, client, 'QUORATE STATUS')), 5_000))
    refused()

    w.kill(3)
    t.true(w.until(() => !/"leader":\d/.test(ask(w, client, 'QUORATE STATUS')), 9_000))
    t.is(ask(w, client, 'QUORATE RECOVER ACCEPT-LOSS'), '+OK')
    t.is(ask(w, client, 'QUORATE RECOVER ACCEPT-LOSS 0'), '+OK')
  })
}

test('recovering: eventual: with all members there is nothing that could be lost, with one missing there may be', (t) => {
  const space = { ...keyspace('default', []), level: 'eventual', strategy: 'eventual' } as const
  const w = new CoreWorld({ keyspaces: [space] })
  const client = w.client(1)
  t.true(w.settled() && w.until(() => isWell(w, client), 5_000))
  t.regex(ask(w, client, 'QUORATE RECOVER ACCEPT-LOSS'), /^-ERR there is nothing to recover/)
  w.kill(2)
  t.true(w.until(() => ask(w, client, 'QUORATE STATUS').includes('without members 2'), 5_000))
  t.is(ask(w, client, 'QUORATE RECOVER ACCEPT-LOSS'), '+OK')
})

test('recovering: zab: who was killed before the new leader heard it is away, not recovering', (t) => {
  const w = new CoreWorld({ keyspaces: [{ ...keyspace('default', []), strategy: 'zab' }] })
  t.true(w.settled())
  const killed = w.leader()
  w.kill(killed)
  const others = [1, 2, 3].filter((id) => id !== killed)
  t.true(w.until(() => others.includes(w.leader()), 9_000))
  const client = w.client(w.leader())
  const status = (): string => ask(w, client, 'QUORATE STATUS')
  t.true(w.until(() => status().includes(`without members ${killed}`), 5_000))
  t.false(status().includes('(recovering)'))
})
