import test from 'ava'
import type { Config } from '../../src/api/config.js'
import { CoreWorld, keyspace } from './core-world.js'
import { laterEngine } from './later-engine.js'

/** A member that does not lead. */
function follower(w: CoreWorld): number {
  return w.leader() === 1 ? 2 : 1
}

test('core: a follower: forwards a write, answers it, and every member has it once', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const client = w.client(follower(w))

  client.send('SET a 1', 'STRLEN a', 'INCR a', 'GET a')
  t.true(w.answered())

  t.deepEqual(client.replies, ['+OK', ':1', ':2', '$2'])
  t.true(w.converged())
  for (const { id } of w.members) {
    const reader = w.client(id)
    reader.send('GET a')
    t.true(w.answered())
    t.deepEqual(reader.replies, ['$2'])
  }
})

test('core: reads and writes mixed in one pipeline: answer as one server would, at every member', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const lines: string[] = []
  const expected: string[] = []
  let value = 0
  for (let i = 0; i < 300; i++) {
    const kind = w.random.below(4)
    if (kind === 0) {
      lines.push('INCR n')
      expected.push(`:${++value}`)
    } else if (kind === 1) {
      lines.push(`SET n ${i}`)
      expected.push('+OK')
      value = i
    } else if (kind === 2) {
      lines.push('GET n')
      expected.push(`$${value}`)
    } else {
      lines.push('PING')
      expected.push('+PONG')
    }
  }
  for (const { id } of w.members) {
    const client = w.client(id)
    client.send('SET n 0')
    t.true(w.answered())
    for (let at = 0; at < lines.length; ) {
      const count = 1 + w.random.below(20)
      client.send(...lines.slice(at, at + count))
      at += count
      for (let i = w.random.below(4); i > 0; i--) w.step()
    }
    t.true(w.answered())
    t.deepEqual(client.replies.slice(1), expected)
  }
})

test('core: 5 % of frames lost: a counter of unique increments ends at their number', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  w.lossPerMille = 50
  const clients = [1, 2, 3, 1, 2, 3].map((id) => w.client(id))
  // INCREMENTS= sets another number.
  const total = Number(process.env['INCREMENTS'] ?? 100_000)

  let sent = 0
  w.until(() => {
    for (const client of clients) {
      if (sent >= total || client.sent - client.replies.length > 20) continue
      client.send(...new Array<string>(10).fill('INCR n'))
      sent += 10
    }
    return sent >= total
  }, total * 40)
  t.true(w.answered())

  const known = clients.flatMap((client) => client.replies.filter((reply) => reply.startsWith(':')))
  const unknown = clients.flatMap((client) =>
    client.replies.filter((reply) => reply.startsWith('-UNKNOWN')),
  )
  const refused = total - known.length - unknown.length
  t.is(new Set(known).size, known.length, 'every answer is another number')
  w.lossPerMille = 0
  const reader = w.client(1)
  reader.send('GET n')
  t.true(w.answered())
  const value = Number((reader.replies[0] as string).slice(1))
  t.true(
    value >= known.length && value <= known.length + unknown.length,
    `${value} ${known.length} ${unknown.length} ${refused}`,
  )
  t.true(known.length > total * 0.9)
  t.log(
    `${total} increments: ${known.length} answered, ${unknown.length} unknown, ${value} counted`,
  )
  t.true(w.converged())
})

test('core: the leader dies with batches under way: each is answered once, none twice', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const leader = w.leader()
  const clients = w.members.filter(({ id }) => id !== leader).map(({ id }) => w.client(id))
  for (const client of clients) client.send(...new Array<string>(50).fill('INCR n'))
  w.step()
  w.step()

  w.kill(leader)
  t.true(w.answered())

  const replies = clients.flatMap((client) => client.replies)
  t.is(replies.length, 100)
  t.deepEqual(
    replies.filter((reply) => !reply.startsWith(':')),
    [],
  )
  t.is(new Set(replies).size, 100)
  w.until(() => false, 1_000)
  t.is(clients.flatMap((client) => client.replies).length, 100)
})

test('core: a new leader that has applied little: nothing that flew is given up as unknown', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  for (let round = 0; round < 6; round++) {
    const leader = w.leader()
    const clients = w.members.filter(({ id }) => id !== leader).map(({ id }) => w.client(id))
    for (let i = 0; i < 10; i++) {
      for (const client of clients) client.send('INCR n', 'INCR n')
      w.step()
    }
    w.kill(leader)
    t.true(w.answered())
    w.start(leader)
    t.true(w.settled())
  }

  const odd = w.clients
    .flatMap((client) => client.replies)
    .filter((reply) => !reply.startsWith(':'))
  t.deepEqual(odd, [])
})

test('core: no majority: writes that were never proposed are refused, others are unknown, each once', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const left = follower(w)
  const client = w.client(left)
  client.send('SET a 1')
  t.true(w.answered())
  for (const { id } of w.members) if (id !== left) w.kill(id)
  w.until(() => false, 1_500)

  client.send('SET a 2', 'GET a')
  t.true(w.answered())
  w.until(() => false, 6_000)

  t.is(client.replies.length, 3)
  for (const reply of client.replies.slice(1)) t.regex(reply, /^-(CLUSTERDOWN|UNKNOWNRESULT)/)
  t.regex(client.replies[2] as string, /^-CLUSTERDOWN/)
})

test('core: two keyspaces: what may be gathered is, the rest is refused before any part', (t) => {
  const w = new CoreWorld({ keyspaces: [keyspace('b', ['b:']), keyspace('default', [])] })
  t.true(w.settled())
  const client = w.client(3)

  client.send(
    'MSET a 1 b:a 2 c 3',
    'MGET a b:a nothing c',
    'DEL a b:a b:x',
    'MGET a b:a c',
    'MSETNX a 1 b:a 2',
    'RENAME c b:c',
    'MGET a b:a c',
  )
  t.true(w.answered())

  t.deepEqual(client.replies.slice(0, 4), ['+OK', '*4 $1 $2 _ $3', ':2', '*3 _ _ $3'])
  t.regex(client.replies[4] as string, /^-CROSSSLOT/)
  t.regex(client.replies[5] as string, /^-CROSSSLOT/)
  t.is(client.replies[6], '*3 _ _ $3')
  t.true(w.converged(0) && w.converged(1))
})

test('core: a wiped member: is refilled by a snapshot while others write, and then serves', (t) => {
  const options = { keepBytes: 0 }
  const w = new CoreWorld({
    keyspaces: [keyspace('default', [], options)],
    checkpointLogBytes: 2_000,
  })
  t.true(w.settled())
  const wiped = follower(w)
  const writer = w.client([1, 2, 3].find((id) => id !== wiped && id !== w.leader()) as number)
  const write = (count: number): void => {
    for (let i = 0; i < count; i++) {
      writer.send('INCR n', `SET k${i} ${'v'.repeat(100)}`)
      w.step()
      w.step()
    }
  }
  write(100)
  w.kill(wiped, true)
  write(200)

  w.start(wiped)
  write(200)
  t.true(w.answered())
  t.true(w.until(() => w.counter(wiped, 'snapshots_installed') > 0))
  t.true(w.converged())

  const numbers = writer.replies.filter((reply) => reply.startsWith(':'))
  t.deepEqual(
    numbers,
    Array.from({ length: 500 }, (_, i) => `:${i + 1}`),
  )
  const reader = w.client(wiped)
  reader.send('INCR n', 'GET n')
  t.true(w.answered())
  t.deepEqual(reader.replies, [':501', '$501'])
})

/** A cluster whose member 3 comes back with another configuration. */
function changed(odd: Partial<Config>): CoreWorld {
  let isOdd = false
  const w = new CoreWorld({ config: (id) => (isOdd && id === 3 ? odd : {}) })
  w.settled()
  w.kill(3)
  isOdd = true
  w.start(3)
  w.until(() => false, 300)
  return w
}

function refusals(w: CoreWorld): string[] {
  const events = w.members.flatMap((member) => member.traces)
  return events
    .filter((each) => each.event === 'peer.refused')
    .map((each) => String(each.fields['why']))
}

test('core: another keyspace table: the member is refused, both digests are shown', (t) => {
  const w = changed({ keyspaces: [keyspace('default', [], {})], databases: 4 })

  const [, first, second] =
    /keyspace table .*\(([0-9a-f]{16})\).*\(([0-9a-f]{16})\)/.exec(refusals(w)[0] ?? '') ?? []
  t.truthy(first)
  t.not(first, second)
  t.true(w.until(() => [1, 2].includes(w.leader())))
  t.true(
    w.member(3).core === null ||
      w.member(3).core?.inspect().groups[0]?.status?.leader !== w.leader(),
  )
})

test('core: another cluster name: no link is used', (t) => {
  const w = changed({ cluster: 'elsewhere' })

  t.true(refusals(w).some((why) => why.includes("this member of 'elsewhere'")))
  t.true(w.until(() => [1, 2].includes(w.leader())))
})

test('core: bytes that are no hello: the link is closed and nothing changes', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const before = w.member(1).core?.inspect().groups[0]?.status

  for (const bytes of [
    [],
    [1],
    [1, 0, 0, 0, 0, 2],
    [71, 69, 84],
    new Array<number>(300).fill(255),
  ]) {
    t.true(w.greet(1, new Uint8Array(bytes)).closed)
  }

  t.deepEqual(w.member(1).core?.inspect().groups[0]?.status, before)
})

test('core: a clean stop of the leader: hands over, answers what is in flight, leaves nothing unknown', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const leader = w.leader()
  const client = w.client(leader)
  client.send('INCR n', 'INCR n')
  w.member(leader).inbox.push({ kind: 'stop' })

  t.true(w.until(() => w.member(leader).stopped !== null))

  t.deepEqual(w.member(leader).stopped?.code, 0)
  t.true(w.member(leader).stopped?.clean)
  t.deepEqual(client.replies, [':1', ':2'])
  t.true(w.until(() => w.leader() !== 0 && w.leader() !== leader))
})

test('core: short of disk space: refuses writes, serves reads, takes writes when space is back', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const id = follower(w)
  const client = w.client(id)
  client.send('SET a 1')
  t.true(w.answered())

  w.member(id).inbox.push({ kind: 'disk', short: true })
  client.send('SET a 2', 'GET a')
  t.true(w.answered())
  w.member(id).inbox.push({ kind: 'disk', short: false })
  client.send('SET a 3', 'GET a')
  t.true(w.answered())

  t.regex(client.replies[1] as string, /^-MISCONF/)
  t.deepEqual(client.replies.slice(2), ['$1', '+OK', '$3'])
})

test('core: keys expire: a read past the time says so at every member, and the keys go', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const client = w.client(follower(w))
  client.send('SET a 1 PX 50', 'PTTL a', 'GET a')
  t.true(w.answered())
  t.is(client.replies[2], '$1')
  w.until(() => false, 60)

  client.send('GET a', 'SET b 1', 'GET a', 'DBSIZE')
  t.true(w.answered())

  t.deepEqual(client.replies.slice(3), ['_', '+OK', '_', ':1'])
  t.true(w.converged())
})

test('core: an expiry storm: goes in entries that follow each other, clients are served between them', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const client = w.client(w.leader())
  const count = 3_000
  for (let i = 0; i < count; i += 500) {
    client.send(...Array.from({ length: 500 }, (_, n) => `SET k${i + n} v PX 2000`))
  }
  t.true(w.answered())
  w.until(() => false, 2_100)

  client.send('SET live 1')
  t.true(w.answered())
  t.true(w.until(() => keys(w) === 1, 300))
})

function keys(w: CoreWorld): number {
  const client = w.client(w.leader())
  client.send('DBSIZE')
  w.until(() => client.replies.length > 0, 50)
  return Number(client.replies[0]?.slice(1))
}

test('core: an engine that answers some turns later: order, answers and states are the same', (t) => {
  const w = new CoreWorld({
    build: () => ({ engine: laterEngine(3) }),
    keyspaces: [keyspace('default', [], { keepBytes: 0 })],
    checkpointLogBytes: 1_000,
  })
  t.true(w.settled())
  w.lossPerMille = 20
  const clients = [1, 2, 3].map((id) => w.client(id))
  for (let i = 0; i < 60; i++) {
    for (const client of clients) {
      client.send(`SET own${client.connection} ${i}`, 'INCR n', `GET own${client.connection}`)
    }
    w.step()
    w.step()
  }
  t.true(w.answered())
  const lost = follower(w)
  w.kill(lost, true)
  w.start(lost)

  t.true(w.until(() => w.counter(lost, 'snapshots_installed') > 0))
  t.true(w.converged())
  const numbers = new Set<string>()
  for (const client of clients) {
    for (let i = 0; i < 60; i++) {
      const [set, number, own] = client.replies.slice(i * 3, i * 3 + 3) as [string, string, string]
      t.is(set, '+OK')
      t.is(own, `$${i}`)
      numbers.add(number)
    }
  }
  t.is(numbers.size, 180)
})
