// What holds for the whole cluster is one change of the topology: set through one member it holds at all, over
// restarts, leaders and two changes at once; a minority changes nothing.

import test from 'ava'
import { decodeTopologyRow, encodeTopologyRow, topologyKey } from '../../src/log/layout.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

function replies(w: CoreWorld, client: Client, ...lines: readonly string[]): readonly string[] {
  const before = client.replies.length
  client.send(...lines)
  if (!w.answered()) throw new Error(`no answer to ${lines.join('; ')}`)
  return client.replies.slice(before)
}

function epochs(w: CoreWorld): (number | undefined)[] {
  return w.members.map(({ core }) => core?.inspect().topology.epoch)
}

/** All running members know the same epoch, and this one at least. */
function agreed(w: CoreWorld, epoch: number): boolean {
  return w.until(() => {
    const known = epochs(w).filter((each) => each !== undefined)
    return known.every((each) => each === known[0] && each >= epoch)
  })
}

function settled(w: CoreWorld): void {
  if (!w.settled() || !agreed(w, 1)) throw new Error('no topology')
}

test('topology: a cluster is born: what the files say is epoch 1 at all members', (t) => {
  const w = new CoreWorld({ config: () => ({ shards: 4 }) })
  settled(w)

  for (const { core } of w.members) {
    const topology = core?.inspect().topology
    t.is(topology?.epoch, 1)
    t.deepEqual(
      topology?.members.map(({ id }) => Number(id)),
      [1, 2, 3],
    )
    t.deepEqual(topology?.slots, [
      [0, 4095, 0],
      [4096, 8191, 1],
      [8192, 12287, 2],
      [12288, 16383, 3],
    ])
  }
})

test('topology: CONFIG SET of what holds for the cluster: one epoch, everywhere, kept by all over restarts', (t) => {
  const w = new CoreWorld()
  settled(w)
  const line = 'CONFIG SET notify-keyspace-events KEA maxmemory 100mb timeout 7'

  t.deepEqual(replies(w, w.client(2), line), ['+OK'])

  t.true(agreed(w, 2))
  for (const id of [1, 2, 3]) w.kill(id)
  for (const id of [1, 2, 3]) w.start(id)
  settled(w)
  t.deepEqual(epochs(w), [2, 2, 2])
  for (const id of [1, 2, 3]) {
    const shown = replies(
      w,
      w.client(id),
      'CONFIG GET notify-keyspace-events',
      'CONFIG GET timeout',
    )
    // What is a member's own is where it was set, until it ends.
    t.deepEqual(shown, ['*2 $notify-keyspace-events $AKE', '*2 $timeout $0'])
  }
})

test('topology: users: made, changed and removed through any member; who is gone loses connections everywhere', (t) => {
  const w = new CoreWorld()
  settled(w)
  t.deepEqual(replies(w, w.client(1), 'ACL SETUSER bob on >pw ~a* +get +ping'), ['+OK'])
  t.true(agreed(w, 2))
  const bob = w.client(3)
  t.deepEqual(replies(w, bob, 'AUTH bob pw', 'PING'), ['+OK', '+PONG'])

  t.deepEqual(
    replies(w, w.client(2), 'ACL SETUSER bob -ping', 'ACL SETUSER bob +nothing').slice(0, 1),
    ['+OK'],
  )
  t.true(agreed(w, 3))
  t.regex(replies(w, bob, 'PING')[0] ?? '', /NOPERM/)
  t.deepEqual(replies(w, w.client(1), 'ACL DELUSER bob nobody'), [':1'])
  t.true(agreed(w, 4))
  t.deepEqual(replies(w, w.client(2), 'ACL DELUSER bob'), [':0'])

  bob.send('PING')
  for (let i = 0; i < 50; i++) w.step()
  t.true(bob.replies.length < bob.sent)
  t.is(epochs(w)[0], 4)
  w.clients.splice(w.clients.indexOf(bob), 1)
  for (const id of [1, 2, 3]) t.deepEqual(replies(w, w.client(id), 'ACL USERS'), ['*1 $default'])
})

test('topology: requirepass: asked for at every member', (t) => {
  const w = new CoreWorld()
  settled(w)

  t.deepEqual(replies(w, w.client(1), 'CONFIG SET requirepass pw'), ['+OK'])

  t.true(agreed(w, 2))
  for (const id of [1, 2, 3]) {
    t.deepEqual(replies(w, w.client(id), 'PING', 'AUTH pw', 'PING').slice(1), ['+OK', '+PONG'])
    const [text = ''] = replies(w, w.clients.at(-1) as Client, 'QUORATE TOPOLOGY')
    t.true(text.includes('requirepass') && !text.includes('"pw"'))
  }
})

test('topology: changes through all members at once: all of them hold', (t) => {
  const w = new CoreWorld()
  settled(w)
  const clients = [1, 2, 3].map((id) => w.client(id))

  for (let round = 0; round < 5; round++) {
    clients.forEach((client, at) => client.send(`ACL SETUSER u${round}-${at} on`))
  }
  t.true(w.answered())

  t.true(agreed(w, 16))
  for (const client of clients) {
    t.true(client.replies.every((reply) => reply === '+OK'))
    t.is(replies(w, client, 'ACL USERS')[0]?.split(' ').length, 17)
  }
})

test('topology: a member that was away: knows what changed once it is back', (t) => {
  const w = new CoreWorld()
  settled(w)
  w.kill(3)
  t.deepEqual(replies(w, w.client(1), 'ACL SETUSER bob on', 'CONFIG SET maxmemory 5mb'), [
    '+OK',
    '+OK',
  ])

  w.start(3)

  t.true(agreed(w, 3))
  t.true(w.converged())
  t.deepEqual(replies(w, w.client(3), 'ACL USERS', 'CONFIG GET maxmemory'), [
    '*2 $bob $default',
    '*2 $maxmemory $5242880',
  ])
})

test('topology: a member without the others: says so, changes nothing, and knows what it knew', (t) => {
  const w = new CoreWorld()
  settled(w)
  t.deepEqual(replies(w, w.client(1), 'ACL SETUSER bob on'), ['+OK'])
  t.true(agreed(w, 2))
  for (const id of [1, 2, 3]) w.kill(id)
  w.start(1)
  w.until(() => w.member(1).core?.inspect().topology.group.status !== null, 2_000)

  const client = w.client(1)
  const shown = replies(w, client, 'ACL SETUSER eve on', 'ACL USERS')

  t.regex(shown[0] ?? '', /^-(CLUSTERDOWN|LOADING)/)
  t.is(shown[1], '*2 $bob $default')
})

test('topology: in a transaction: refused, as it is answered later', (t) => {
  const w = new CoreWorld()
  settled(w)

  const shown = replies(
    w,
    w.client(1),
    'MULTI',
    'ACL SETUSER bob on',
    'CONFIG SET timeout 3',
    'EXEC',
  )

  t.is(shown[3], '*2 -ERR Command not allowed inside a transaction +OK')
})

test('topology: bounds: of what is told of a change, and of the whole', (t) => {
  const w = new CoreWorld()
  settled(w)
  const client = w.client(1)
  const name = 'n'.repeat(5 * 1024 * 1024)

  const shown = replies(w, client, `ACL SETUSER ${name} on`, `ACL SETUSER ${name}2 on`)

  t.is(shown[0], '+OK')
  t.regex(shown[1] ?? '', /^-ERR The topology has no room/)
  const changes = w.member(1).core?.inspect().topology.changes
  t.is(changes?.at(-1)?.what.length, 256)
  t.deepEqual(replies(w, client, `ACL DELUSER ${name}`), [':1'])
})

test('topology: a change that only one member kept, in its row, when the group began anew: the same at all again', (t) => {
  const w = new CoreWorld({
    keyspaces: [{ ...keyspace('default', []), durability: 'everysec' }],
    config: () => ({ recoverWaitMs: 500 }),
  })
  settled(w)
  for (const id of [1, 2, 3]) w.kill(id)
  const { log } = w.member(2).rows
  const text = decodeTopologyRow(log.get(topologyKey) as Uint8Array) ?? ''
  const known = JSON.parse(text) as { epoch: number }
  log.set(topologyKey, encodeTopologyRow(JSON.stringify({ ...known, epoch: known.epoch + 1 })))
  for (const id of [1, 2, 3]) w.start(id)

  t.true(
    w.until(() => {
      const eras = w.members.map(({ core }) => core?.inspect().topology)
      return eras.every(
        (each) => each?.era === eras[0]?.era && each?.epoch === eras[0]?.epoch && each?.era === 2,
      )
    }, 20_000),
    JSON.stringify(
      w.members.map(({ core }) => [core?.inspect().topology.era, core?.inspect().topology.epoch]),
    ),
  )
})
