// What clients are told of planned work, and that they are served until they went elsewhere.

import test from 'ava'
import { type Client, CoreWorld, keyspace } from './core-world.js'

function makeWorld(members = 3): CoreWorld {
  const w = new CoreWorld({
    members,
    keyspaces: [keyspace('default', [])],
    config: () => ({ shards: 2, protectedMode: false }),
  })
  w.settled()
  return w
}

/** A client of RESP3 whose text is kept as it comes. */
function listener(w: CoreWorld, id: number, type = 'external-ip'): Client {
  const client = w.client(id)
  client.isRaw = true
  client.send('hello 3', `client maint_notifications on moving-endpoint-type ${type}`)
  w.until(() => client.text.endsWith('+OK\r\n'))
  client.text = ''
  return client
}

function pushes(client: Client): readonly string[] {
  return client.text
    .split('>')
    .slice(1)
    .map((text) =>
      text
        .split('\r\n')
        .filter((line) => !line.startsWith('$'))
        .slice(1, 5)
        .join(' ')
        .trim(),
    )
}

/** The end of a process as clients see it. */
function leave(w: CoreWorld, client: Client): void {
  client.member.inbox.push({ kind: 'closed', connection: client.connection })
  w.step()
}

test('maintenance: a member is told to stop: clients that asked are moved to others, served until they went, then it ends', (t) => {
  const w = makeWorld()
  const clients = [listener(w, 2), listener(w, 2), listener(w, 2, 'none')]
  const [first, second, third] = clients as [Client, Client, Client]
  const silent = w.client(2)

  w.member(2).inbox.push({ kind: 'stop' })
  w.until(() => third.text !== '')

  t.deepEqual(pushes(first), ['MOVING :1 :5 127.0.0.1:7001'])
  t.deepEqual(pushes(second), ['MOVING :1 :5 127.0.0.1:7003'])
  t.regex(third.text, /^>4\r\n\$6\r\nMOVING\r\n:1\r\n:5\r\n_\r\n/)
  w.until(() => false, 2_000)
  first.text = ''
  first.send('set a 1')
  w.until(() => first.text !== '', 2_000)
  silent.send('get a')
  w.until(() => silent.replies.length === 1, 2_000)
  t.is(first.text, '+OK\r\n')
  t.deepEqual(silent.replies, ['$1'])
  t.is(w.member(2).stopped, null)
  for (let group = 0; group < 2; group++) t.not(w.leader(group), 2)

  for (const client of clients) leave(w, client)
  w.until(() => w.member(2).stopped !== null, 2_000)

  t.is(w.member(2).stopped?.code, 0)
  t.true(w.member(2).stopped?.clean)
})

test('maintenance: clients that stay: the member ends all the same, some seconds later', (t) => {
  const w = makeWorld()
  const client = listener(w, 2)

  w.member(2).inbox.push({ kind: 'stop' })
  const from = w.mono
  w.until(() => w.member(2).stopped !== null, 20_000)

  t.is(w.member(2).stopped?.code, 0)
  t.true(w.mono - from >= 5_000 && w.mono - from < 8_000, String(w.mono - from))
  t.is(pushes(client).length, 1)
})

test('maintenance: nobody asked, or nobody else is there: a stop waits for nobody', (t) => {
  for (const members of [3, 1]) {
    const w = makeWorld(members)
    const client = members === 1 ? listener(w, 1) : w.client(1)
    w.member(1).inbox.push({ kind: 'stop' })
    const from = w.mono
    w.until(() => w.member(1).stopped !== null, 20_000)

    t.is(w.member(1).stopped?.code, 0)
    t.true(w.mono - from < 2_000, String(w.mono - from))
    t.is(client.text, '')
  }
})

test('maintenance: leadership is handed over: FAILING_OVER and then FAILED_OVER, to those who asked in RESP3', (t) => {
  const w = makeWorld()
  const leader = w.leader(0)
  const led = [0, 1].filter((group) => w.leader(group) === leader)
  const client = listener(w, leader)
  const old = w.client(leader)
  const late = listener(w, leader)
  old.send('client maint_notifications on')
  late.send('client maint_notifications off')
  w.until(() => late.text !== '' && old.replies.length === 1)
  late.text = ''

  old.send('failover')
  w.until(() => client.text.includes('FAILED_OVER'), 4_000)

  const shards = JSON.stringify(led.map(String))
  t.deepEqual(pushes(client), [`FAILING_OVER :1 :5 ${shards}`, `FAILED_OVER :2 ${shards}`])
  t.not(w.leader(0), leader)
  t.is(late.text, '')
  t.deepEqual(old.replies, ['+OK', '+OK'])
})

test('maintenance: at a stop, clients that go by slots: are told of the hand-over, not to move', (t) => {
  const w = makeWorld()
  const leader = w.leader(0)
  const client = listener(w, leader)
  client.send('client routing cluster')
  w.until(() => client.text !== '')
  client.text = ''

  w.member(leader).inbox.push({ kind: 'stop' })
  w.until(() => w.member(leader).stopped !== null, 4_000)

  t.is(w.member(leader).stopped?.code, 0)
  t.is(pushes(client)[0]?.split(' ')[0], 'FAILING_OVER')
  t.notRegex(client.text, /MOVING/)
})

test('client maint_notifications: words that are none: refused', (t) => {
  const w = makeWorld(1)
  const client = w.client(1)

  client.send(
    'client maint_notifications maybe',
    'client maint_notifications on moving-endpoint-type nowhere',
    'client maint_notifications on moving-endpoint-type',
    'client maint_notifications on x external-ip',
    'client maint_notifications off',
  )
  w.answered()

  const bad = '-ERR syntax error'
  t.deepEqual(client.replies, [bad, bad, bad, bad, '+OK'])
})

test('maintenance: slots go to another shard group: MIGRATING, and MIGRATED once they are there', (t) => {
  const w = makeWorld()
  w.until(() => w.members.every(({ core }) => core?.inspect().topology.version === 2))
  const client = listener(w, 3)
  const admin = w.client(1)
  admin.send('set k1 v', 'quorate move slots 0-8191 to 1')

  w.until(() => client.text.includes('MIGRATED'), 60_000)

  const shards = JSON.stringify(['0', '1'])
  t.deepEqual(pushes(client), [`MIGRATING :1 :0 ${shards}`, `MIGRATED :2 ${shards}`])
})
