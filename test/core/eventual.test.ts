// An eventual keyspace of whole members: always writable, convergent, and nothing that was answered is lost.

import test from 'ava'
import { keySlot } from '../../src/base/keyslot.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'
import { EventualMembers } from './eventual-world.js'

for (const durability of ['always', 'everysec'] as const) {
  test(`eventual: random faults, ${durability}: members become equal, nothing answered is lost`, (t) => {
    const faults: string[] = []
    for (let seed = 1; seed <= 6; seed++) {
      const members = new EventualMembers(seed, durability)
      members.run(1_500)
      for (const fault of members.faults.slice(0, 3)) faults.push(`seed ${seed}: ${fault}`)
    }

    t.deepEqual(faults, [])
  })
}

for (const level of ['causal', 'eventual'] as const) {
  test(`WAIT: ${level}: counts who holds what was written, each at its time`, (t) => {
    const space = { ...keyspace('default', []), level, strategy: 'eventual' } as const
    const strong = keyspace('strong', ['s:'])
    const w = new CoreWorld({ keyspaces: [strong, space] })
    t.true(w.settled())
    const client = w.client(1)
    const ask = (...lines: readonly string[]): readonly string[] => {
      const from = client.replies.length
      client.send(...lines)
      w.until(() => client.replies.length >= client.sent)
      return client.replies.slice(from)
    }
    t.deepEqual(ask('SET k 1', 'WAIT 2 0'), ['+OK', ':2'])
    w.isolate(3)
    t.deepEqual(ask('SET k 2', 'WAIT 2 300', 'WAIT 1 0'), ['+OK', ':1', ':1'])
    w.isolate(2)
    t.deepEqual(ask('SET k 3', 'WAIT 1 300'), ['+OK', ':0'])
    w.rejoin(1)
    w.rejoin(2)
    t.deepEqual(ask('WAIT 2 0'), [':2'])
  })
}

test('eventual: many shard groups, nothing on disk: all that came in one turn is answered in it', (t) => {
  const space = { ...keyspace('default', []), level: 'eventual', strategy: 'eventual' } as const
  const keyspaces = [{ ...space, durability: 'none' as const }]
  const w = new CoreWorld({ keyspaces, config: () => ({ shards: 16 }) })
  t.true(w.settled())
  const clients = Array.from({ length: 20 }, () => w.client(1))
  for (let round = 1; round <= 5; round++) {
    for (const [i, client] of clients.entries()) client.send(`SET k${round}:${i} v`)
    w.step()
    t.deepEqual([...new Set(clients.map(({ replies }) => replies.length))], [round])
  }
})

test('WAIT: strong: for more members than decide: they are sent it at once', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  for (let i = 0; i < 500; i++) w.step()
  const client = w.client(w.leader())
  for (let n = 0; n < 10; n++) {
    const from = w.mono
    client.send(`SET k ${n}`, 'WAIT 2 0')
    t.true(w.answered())
    t.true(w.mono - from < 9, `${w.mono - from} ms`)
  }
  t.is(client.replies.at(-1), ':2')
})

test('WAIT: where another keyspace merges: the majority of the one that was written to', (t) => {
  const space = { ...keyspace('default', []), level: 'eventual', strategy: 'eventual' } as const
  const w = new CoreWorld({ keyspaces: [keyspace('strong', ['s:']), space] })
  t.true(w.settled())
  const client = w.client(w.leader() === 1 ? 2 : 1)
  client.send('SET s:k 1', 'WAIT 1 0')
  t.true(w.answered())
  t.deepEqual(client.replies, ['+OK', ':1'])
})

test('WAIT: what was written in order and what merges: the leader that got both', (t) => {
  const space = { ...keyspace('default', []), level: 'eventual', strategy: 'eventual' } as const
  const w = new CoreWorld({ keyspaces: [keyspace('strong', ['s:']), space] })
  t.true(w.settled())
  const leader = w.leader()
  const client = w.client(leader === 1 ? 2 : 1)
  client.send('SET s:k 1', 'SET k 1', 'WAIT 1 5000', 'WAIT 2 5000')
  const before = w.mono
  t.true(w.answered())
  t.deepEqual(client.replies, ['+OK', '+OK', ':1', ':1'])
  t.true(w.mono - before < 2_000)
})

test('eventual: a member whose clock is far ahead: the others say that they refuse what it writes, until they come near', (t) => {
  const space = { ...keyspace('default', []), level: 'eventual', strategy: 'eventual' } as const
  let isAhead = false
  let passed = 0
  const w = new CoreWorld({
    keyspaces: [space],
    skew: (id) => passed + (id === 3 && isAhead ? 2_400_000 : 0),
  })
  t.true(w.settled())
  const near = w.client(1)
  const ahead = w.client(3)
  const ask = (client: Client, line: string): string => {
    client.send(line)
    w.answered()
    return client.replies.at(-1) as string
  }
  isAhead = true
  ask(ahead, 'SET k v')
  w.until(() => false, 500)
  t.is(ask(near, 'GET k'), '_')
  t.regex(
    ask(near, 'QUORATE STATUS'),
    /"health":"degraded".*"why":"entries of member 3 are refused/,
  )

  passed = 900_000
  w.until(() => false, 2_000)
  t.is(ask(near, 'GET k'), '$v')
  t.regex(ask(near, 'QUORATE STATUS'), /"health":"ok".*"why":""/)
})

test('eventual: who blocks for an element that comes with a whole slot: is served, though nobody writes here', (t) => {
  const space = {
    ...keyspace('default', [], { keepBytes: 1_024, tailBytes: 1_024 }),
    level: 'eventual',
    strategy: 'eventual',
  } as const
  const w = new CoreWorld({ keyspaces: [space], checkpointLogBytes: 2_000 })
  t.true(w.settled())
  const blocked = w.client(3)
  blocked.send('BLPOP q 0')
  w.until(() => false, 50)
  w.isolate(3)
  const writer = w.client(1)
  writer.send('RPUSH q x')
  w.until(() => writer.replies.length === 1)
  // The others cut their logs: entries do not bring it any more.
  for (let i = 0; i < 60; i++) writer.send(`SET k${i} ${'v'.repeat(200)}`)
  w.until(() => false, 8_000)
  w.rejoin(3)

  t.true(w.until(() => blocked.replies.length === 1, 8_000))
  t.deepEqual(blocked.replies, ['*2 $q $x'])
})

for (const level of ['causal', 'eventual'] as const) {
  test(`causal reads of one group: ${level}: while slots of another member are taken nobody sees a write before what it hangs on`, (t) => {
    const options = { keepBytes: 1_024, tailBytes: 1_024 }
    const space = {
      ...keyspace('default', [], options),
      level,
      strategy: 'eventual',
    } as const
    const w = new CoreWorld({ keyspaces: [space], checkpointLogBytes: 2_000 })
    t.true(w.settled())
    const writer = w.client(1)
    const reader = w.client(3)
    const ask = (client: Client, ...lines: readonly string[]): readonly string[] => {
      const from = client.replies.length
      client.send(...lines)
      w.until(() => client.replies.length >= client.sent)
      return client.replies.slice(from)
    }
    ask(reader, 'QUORATE CONSISTENCY causal')
    const bySlot = Array.from({ length: 200 }, (_, i) => `n${i}`)
    bySlot.sort((a, b) => keySlot(a) - keySlot(b))
    const [effect, cause] = [bySlot[0], bySlot.at(-1)]
    ask(writer, `SET ${cause} old`, `SET ${effect} old`)
    t.true(w.until(() => ask(reader, `GET ${effect}`)[0] === '$old'))
    w.isolate(3)
    ask(writer, `SET ${cause} new`)
    ask(writer, `SET ${effect} new`)
    for (let i = 0; i < 60; i++) ask(writer, `SET k${i} ${'v'.repeat(200)}`)
    w.until(() => false, 8_000)
    w.rejoin(3)

    const isThere = (): boolean => {
      const [first, second] = ask(reader, `GET ${effect}`, `GET ${cause}`)
      t.false(first === '$new' && second === '$old')
      return second === '$new'
    }
    t.true(w.until(isThere, 2_000))
  })
}
