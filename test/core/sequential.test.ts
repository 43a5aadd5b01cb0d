// Keyspaces of level sequential in whole cores, under each strategy that supports it.

import test from 'ava'
import { CoreWorld, keyspace } from './core-world.js'

for (const strategy of ['raft', 'zab'] as const) {
  const world = (): CoreWorld =>
    new CoreWorld({
      keyspaces: [{ ...keyspace('default', []), level: 'sequential', strategy }],
    })
  const follower = (w: CoreWorld): number => (w.leader() === 1 ? 2 : 1)

  test(`sequential over ${strategy}: writes and reads in one pipeline, at every member: own writes are seen`, (t) => {
    const w = world()
    t.true(w.settled())
    for (const { id } of w.members) {
      const client = w.client(id)
      client.send(`SET k${id} 1`, `INCR k${id}`, `GET k${id}`, 'PING', `APPEND k${id} x`)
      t.true(w.answered())
      client.send(`GET k${id}`)
      t.true(w.answered())

      t.deepEqual(client.replies, ['+OK', ':2', '$2', '+PONG', ':2', '$2x'])
    }
  })

  test(`sequential over ${strategy}: a member alone: reads go on, a write is refused before its time is over`, (t) => {
    const w = world()
    t.true(w.settled())
    const alone = follower(w)
    const client = w.client(alone)
    client.send('SET kept here')
    t.true(w.answered())
    for (const { id } of w.members) if (id !== alone) w.kill(id)
    w.until(() => false, 4_000)

    client.send('GET kept')
    w.until(() => client.replies.length === 2, 100)
    t.is(client.replies[1], '$here')
    client.send('SET kept gone', 'GET kept')
    t.true(w.until(() => client.replies.length === 4, 1_000))

    t.regex(client.replies[2] as string, /^-CLUSTERDOWN/)
  })

  test(`sequential over ${strategy}: a key whose time is over by the wall: a read asks nobody`, (t) => {
    const w = world()
    t.true(w.settled())
    const alone = follower(w)
    const client = w.client(alone)
    client.send('SET kept here PX 500')
    t.true(w.answered())
    for (const { id } of w.members) if (id !== alone) w.kill(id)
    w.until(() => false, 4_000)

    client.send('GET kept')

    t.true(w.until(() => client.replies.length === 2, 100))
    t.true(['$here', '_'].includes(client.replies[1] as string))
  })

  test(`sequential over ${strategy}: a member that starts alone: reads nothing before it has caught up once`, (t) => {
    const w = world()
    t.true(w.settled())
    const one = follower(w)
    const writer = w.client(one)
    writer.send('SET kept here')
    t.true(w.answered())
    for (const { id } of w.members) w.kill(id)
    w.start(one)
    // Killed before it kept a topology, it first waits for somebody who knows one.
    t.true(w.until(() => w.member(one).core?.inspect().groups[0]?.status != null, 3_000))
    w.until(() => false, 1_000)
    const client = w.client(one)
    client.send('GET kept')
    t.true(w.until(() => client.replies.length > 0, 2_000))
    t.regex(client.replies[0] as string, /^-CLUSTERDOWN/)

    for (const { id } of w.members) if (id !== one) w.start(id)

    t.true(w.settled())
    client.send('GET kept')
    t.true(w.until(() => client.replies.length > 1, 5_000))
    t.is(client.replies[1], '$here')
  })
}
