// A clean stop as clients see it: they are served until leadership is elsewhere, then get what is owed, and nobody is
// told of an error that the stop made.

import test from 'ava'
import { apart, placedWorld } from './hand-over-world.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

/** Sends as soon as there is an answer, until the member has stopped. */
function writeUntilStopped(w: CoreWorld, member: number, clients: readonly Client[]): void {
  for (let n = 0; w.member(member).stopped === null && n < 8_000; n++) {
    for (const client of clients) {
      const isFree = client.replies.length === client.sent
      if (isFree && client.member.core !== null && client.member.stopped === null)
        client.send(`SET k${client.connection} ${n}`)
    }
    w.step()
  }
}

function checkpoints(w: CoreWorld, member: number): number {
  return w.member(member).traces.filter(({ event }) => event === 'checkpoint.finished').length
}

test('stop: of the leader, under load: no client anywhere is told of an error', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const leader = w.leader()
  const clients = [1, 2, 3].flatMap((id) => [w.client(id), w.client(id)])
  w.member(leader).inbox.push({ kind: 'stop' })

  writeUntilStopped(w, leader, clients)

  t.is(w.member(leader).stopped?.code, 0)
  t.true(w.member(leader).stopped?.clean)
  t.not(w.leader(), 0)
  const replies = clients.flatMap((client) => client.replies)
  t.true(replies.length > clients.length)
  t.deepEqual(
    replies.filter((reply) => reply !== '+OK'),
    [],
  )
})

for (const strategy of ['raft', 'zab', 'eventual'] as const) {
  test(`stop: without a log on disk, while others write: clean and soon (${strategy})`, (t) => {
    const space = keyspace('default', [])
    const level = strategy === 'eventual' ? 'causal' : 'strong'
    const w = new CoreWorld({ keyspaces: [{ ...space, strategy, level, durability: 'none' }] })
    t.true(w.settled())
    const stopping = w.leader() === 3 ? 2 : 3
    const clients = [1, 2, 3].map((id) => w.client(id))
    w.member(stopping).inbox.push({ kind: 'stop' })
    const begun = w.mono

    writeUntilStopped(w, stopping, clients)

    t.true(w.member(stopping).stopped?.clean)
    t.true(w.mono - begun < 4_000)
    // Each one is behind what came meanwhile: one after the other they took a processor until it stopped.
    t.true(checkpoints(w, stopping) <= 40)
    t.deepEqual(
      clients.flatMap(({ replies }) => replies.filter((reply) => reply !== '+OK')),
      [],
    )
  })
}

test('stop: of a member that merges, without a log on disk: takes no more entries, and one checkpoint has them all', (t) => {
  const space = { ...keyspace('default', []), strategy: 'eventual', level: 'causal' } as const
  const w = new CoreWorld({ keyspaces: [{ ...space, durability: 'none' }] })
  t.true(w.settled())
  const clients = [1, 2].map((id) => w.client(id))
  const write = (steps: number): void => {
    for (let n = 0; n < steps && w.member(3).stopped === null; n++) {
      for (const client of clients) {
        if (client.replies.length === client.sent) client.send(`SET k${client.connection} ${n}`)
      }
      w.step()
    }
  }
  write(300)
  const before = checkpoints(w, 3)

  w.member(3).inbox.push({ kind: 'stop' })
  // While it writes its checkpoint others go on.
  for (let n = 0; n < 20 && w.member(3).stopped === null; n++) {
    w.isDiskStuck = true
    write(20)
    w.isDiskStuck = false
    write(1)
  }

  t.true(w.member(3).stopped?.clean)
  t.is(checkpoints(w, 3) - before, 1)
  // What it did not hear of it is told once it is back.
  w.start(3)
  t.true(w.settled())
  const readers = [1, 3].map((id) => w.client(id))
  for (let i = 0; i < 2_000; i++) w.step()
  for (const reader of readers)
    reader.send(...clients.map(({ connection }) => `GET k${connection}`))
  t.true(w.answered())
  t.deepEqual(readers[1]?.replies, readers[0]?.replies)
})

for (const durability of ['none', 'everysec'] as const) {
  test(`stop: of the replica that serves clients elsewhere: they go to another one and notice nothing (${durability})`, (t) => {
    const w = placedWorld(apart, durability)
    // Members 3 and 4 hold no replica of this slot's group.
    const clients = [w.client(3), w.client(3), w.client(4)]
    const sentAt = new Map(clients.map((client) => [client, w.mono]))
    let slowest = 0
    const write = (steps: number): void => {
      for (let n = 0; n < steps; n++) {
        for (const client of clients) {
          if (client.replies.length < client.sent) continue
          slowest = Math.max(slowest, w.mono - (sentAt.get(client) ?? 0))
          client.send(`INCR {b}${client.connection}`)
          sentAt.set(client, w.mono)
        }
        w.step()
      }
    }
    write(600)

    for (const id of [1, 2]) {
      slowest = 0
      w.member(id).inbox.push({ kind: 'stop' })
      // Its checkpoint takes a while.
      w.isDiskStuck = durability === 'none'
      write(300)
      w.isDiskStuck = false
      write(100)
      t.true(w.member(id).stopped?.clean)
      t.true(slowest < 50, `${slowest} ms`)
      w.start(id)
      write(1_000)
    }

    t.true(w.answered())
    for (let i = 0; i < 2_000; i++) w.step()
    for (const client of clients) {
      const { length } = client.replies
      t.true(client.replies.every((each) => each.startsWith(':')))
      client.send(`GET {b}${client.connection}`)
      t.true(w.answered())
      t.is(client.replies[length], `$${length}`, 'once each')
    }
  })
}

test('stop: of all members at once, without a log on disk: soon, clean, and nothing that was answered is lost', (t) => {
  const w = new CoreWorld({ keyspaces: [{ ...keyspace('default', []), durability: 'none' }] })
  t.true(w.settled())
  const clients = [1, 2, 3].map((id) => w.client(id))
  const last = w.leader()
  for (const { inbox } of w.members) inbox.push({ kind: 'stop' })
  const begun = w.mono

  writeUntilStopped(w, last, clients)
  t.true(w.until(() => w.members.every(({ stopped }) => stopped !== null)))

  t.true(w.mono - begun < 4_000)
  t.true(w.members.every(({ stopped }) => stopped?.clean))
  w.clients.length = 0
  for (const id of [1, 2, 3]) w.start(id)
  t.true(w.settled())
  for (const { connection, replies } of clients) {
    const reader = w.client(1)
    reader.send(`APPEND k${connection} +`)
    t.true(w.answered())
    t.true(replies.length === 0 || reader.replies[0] !== ':1')
  }
})

test('stop: of a member of a group that merges: there is nobody to hand over to, and nobody is waited for', (t) => {
  const space = { ...keyspace('default', []), strategy: 'eventual', level: 'eventual' } as const
  const w = new CoreWorld({ keyspaces: [space] })
  t.true(w.settled())
  for (let i = 0; i < 1_000; i++) w.step()
  const [member] = [1, 2, 3].filter((id) => {
    return id !== w.member(id).core?.inspect().topology.group.status?.leader
  })

  w.member(member as number).inbox.push({ kind: 'stop' })

  t.true(w.until(() => w.member(member as number).stopped !== null, 500))
  t.true(w.member(member as number).stopped?.clean)
})

test('stop: of the only member that is left: its clients are closed without a word', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const [left] = [1, 2, 3].filter((id) => id !== w.leader())
  const client = w.client(left as number)
  for (const id of [1, 2, 3]) if (id !== left) w.kill(id)
  for (let i = 0; i < 20; i++) w.step()

  client.send('SET a 1')
  w.step()
  w.member(left as number).inbox.push({ kind: 'stop' })

  t.true(w.until(() => w.member(left as number).stopped !== null, 4_000))
  t.is(w.member(left as number).stopped?.code, 0)
})

test('start: INFO says that it loads until every group serves', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const shown = (id: number): string => {
    const client = w.client(id)
    client.send('INFO persistence')
    if (!w.answered()) throw new Error('no answer')
    return /loading:\d/.exec(client.replies[0] ?? '')?.[0] ?? ''
  }
  t.is(shown(1), 'loading:0')
  for (const id of [1, 2, 3]) w.kill(id)

  w.start(1)
  for (let i = 0; i < 50; i++) w.step()

  t.is(shown(1), 'loading:1')
  w.start(2)
  t.true(w.settled())
  t.is(shown(1), 'loading:0')
})
