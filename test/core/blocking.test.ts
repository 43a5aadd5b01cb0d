// Blocking commands through faults: whoever waits is served once, whatever happens to leaders, members
// and connections meanwhile. Elements that a gone client got are lost as in Redis; no others.

import test from 'ava'
import type { Client } from './core-world.js'
import { CoreWorld, keyspace } from './core-world.js'
import { laterEngine } from './later-engine.js'

/** Waits long enough for a command to be applied everywhere. */
function settle(w: CoreWorld, steps = 60): void {
  for (let i = 0; i < steps; i++) w.step()
}

/** A client of a member, whose blocking command waits. */
function waiting(w: CoreWorld, id: number, line: string): Client {
  const client = w.client(id)
  client.send(line)
  settle(w)
  return client
}

function ask(w: CoreWorld, id: number, ...lines: readonly string[]): readonly string[] {
  const client = w.client(id)
  client.send(...lines)
  w.until(() => client.replies.length >= lines.length)
  return client.replies
}

function others(w: CoreWorld): readonly [number, number] {
  const [a, b] = [1, 2, 3].filter((id) => id !== w.leader())
  return [a as number, b as number]
}

for (const [name, options] of [
  ['an engine that answers at once', {}],
  ['an engine that answers later', { build: () => ({ engine: laterEngine(5) }) }],
] as const) {
  test(`blocking: ${name}: waiters of all members are served in the order of the log`, (t) => {
    const w = new CoreWorld(options)
    t.true(w.settled())
    const clients = [1, 2, 3, 2, 1].map((id) => waiting(w, id, 'BLPOP q 0'))

    ask(w, 3, 'RPUSH q a b c', 'RPUSH q d', 'RPUSH q e f')

    t.true(w.until(() => clients.every((each) => each.replies.length === 1)))
    t.deepEqual(
      clients.map((each) => each.replies[0]),
      ['a', 'b', 'c', 'd', 'e'].map((item) => `*2 $q $${item}`),
    )
    t.deepEqual(ask(w, 1, 'LRANGE q 0 -1'), ['*1 $f'])
    t.true(w.converged())
  })
}

test('blocking: commands behind a blocked one: wait for it, other connections go on', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const blocked = w.client(1)
  blocked.send('BLPOP q 0', 'SET after 1', 'GET after', 'PING')
  settle(w)

  t.deepEqual(blocked.replies, [])
  t.deepEqual(ask(w, 1, 'GET after', 'PING'), ['_', '+PONG'])
  ask(w, 2, 'RPUSH q x')

  t.true(w.until(() => blocked.replies.length === 4))
  t.deepEqual(blocked.replies, ['*2 $q $x', '+OK', '$1', '+PONG'])
})

test('blocking: the leader dies: a waiter of another member stays and is served once', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const [origin, other] = others(w)
  const client = waiting(w, origin, 'BLPOP q 0')

  w.kill(w.leader())
  t.true(w.until(() => [origin, other].includes(w.leader())))
  t.deepEqual(ask(w, other, 'RPUSH q x y'), [':2'])

  t.true(w.until(() => client.replies.length === 1))
  t.deepEqual(client.replies, ['*2 $q $x'])
  t.deepEqual(ask(w, other, 'LRANGE q 0 -1'), ['*1 $y'])
})

test('blocking: time is over behind a change of leader: the null array, and nothing is taken', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const [origin, other] = others(w)
  const client = waiting(w, origin, 'BLPOP q 0.5')

  w.kill(w.leader())
  t.true(w.until(() => client.replies.length === 1))
  t.deepEqual(client.replies, ['_'])

  t.deepEqual(ask(w, other, 'RPUSH q x', 'LRANGE q 0 -1'), [':1', '*1 $x'])
})

test('blocking: the connection closes: its waiter takes nothing any more', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const gone = waiting(w, 1, 'BLPOP q 0')
  const client = waiting(w, 2, 'BLPOP q 0')

  gone.member.inbox.push({ kind: 'closed', connection: gone.connection })
  settle(w)
  ask(w, 3, 'RPUSH q x')

  t.true(w.until(() => client.replies.length === 1))
  t.deepEqual(client.replies, ['*2 $q $x'])
})

for (const behind of [1, 2]) {
  test(`blocking: unblocked while its command is under way, member ${behind}: ends all the same`, (t) => {
    const w = new CoreWorld()
    t.true(w.settled())
    const [waits, other] = [w.client(behind), w.client(behind)]
    ask(w, behind, 'DEL q')
    waits.send('BLPOP q 0')
    other.send(`CLIENT UNBLOCK ${waits.connection}`)

    t.true(w.until(() => waits.replies.length === 1 && other.replies.length === 1))
    t.deepEqual([waits.replies, other.replies], [['_'], [':1']])

    ask(w, behind, 'RPUSH q x')
    waits.send('BLPOP q 0')
    other.send(`CLIENT UNBLOCK ${waits.connection}`)
    t.true(w.until(() => waits.replies.length === 2 && other.replies.length === 2))
    t.deepEqual([waits.replies[1], other.replies[1]], ['*2 $q $x', ':0'])
  })
}

test('blocking: the client sends its end while it waits: its waiter takes nothing any more', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const gone = waiting(w, 1, 'BLPOP q 0')

  gone.member.inbox.push({ kind: 'ended', connection: gone.connection })
  settle(w)

  t.deepEqual(ask(w, 3, 'RPUSH q x', 'LRANGE q 0 -1'), [':1', '*1 $x'])
  t.deepEqual(gone.replies, ['_'])
})

test('blocking: the client sends its end behind a pop that finds an element: it gets it', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  ask(w, 3, 'RPUSH q x')
  const gone = w.client(1)
  gone.send('BLPOP q 0')
  gone.member.inbox.push({ kind: 'ended', connection: gone.connection })

  t.true(w.until(() => gone.replies.length === 1))
  t.deepEqual(gone.replies, ['*2 $q $x'])
})

test('blocking: the connection closes before its command is queued: the same', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const gone = w.client(1)
  gone.send('BLPOP q 0')
  w.step()
  gone.member.inbox.push({ kind: 'closed', connection: gone.connection })
  settle(w, 200)

  t.deepEqual(ask(w, 3, 'RPUSH q x', 'LRANGE q 0 -1'), [':1', '*1 $x'])
})

test('blocking: the origin dies and stays away: the leader ends its waits in bounded time', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const [origin, other] = others(w)
  waiting(w, origin, 'BLPOP q 0')

  w.kill(origin)
  settle(w, 5_000)

  t.deepEqual(ask(w, other, 'RPUSH q x', 'LRANGE q 0 -1'), [':1', '*1 $x'])
})

test('blocking: the origin dies and comes back: its earlier waits are gone at once', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const [origin, other] = others(w)
  waiting(w, origin, 'BLPOP q 0')

  w.kill(origin)
  settle(w, 20)
  w.start(origin)
  t.true(w.until(() => w.member(origin).core?.inspect().groups[0]?.status?.leader !== null))
  settle(w, 500)

  t.deepEqual(ask(w, other, 'RPUSH q x', 'LRANGE q 0 -1'), [':1', '*1 $x'])
})

test('blocking: an origin that was cut off and cancelled: its caller queues again and is served', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const [origin, other] = others(w)
  const first = waiting(w, origin, 'BLPOP q 0')
  const second = waiting(w, other, 'BLPOP q 0')

  // No link: as if it were dead.
  w.isolate(origin)
  settle(w, 6_000)
  ask(w, other, 'RPUSH q x')
  t.true(w.until(() => second.replies.length === 1))
  w.rejoin(origin)
  settle(w, 2_000)
  ask(w, other, 'RPUSH q y')

  t.true(w.until(() => first.replies.length === 1))
  t.deepEqual([first.replies, second.replies], [['*2 $q $y'], ['*2 $q $x']])
})

test('blocking: the origin installs a snapshot in which it was served: the caller gets the answer', (t) => {
  const w = new CoreWorld({
    checkpointLogBytes: 300,
    config: () => ({ checkpointIntervalMs: 50 }),
    keyspaces: [keyspace('default', [], { keepBytes: 0, tailBytes: 1_024 })],
  })
  t.true(w.settled())
  const [origin, other] = others(w)
  const served = waiting(w, origin, 'BLPOP q 0')
  const still = waiting(w, origin, 'BLPOP r 0')

  // It hears nothing of the group, but its links stay.
  for (const { id } of w.members) w.cut.add(`${id}-${origin}`)
  ask(w, other, 'RPUSH q x')
  for (let i = 0; i < 40; i++) ask(w, other, `SET filler${i} ${'x'.repeat(100)}`)
  settle(w, 1_000)
  w.cut.clear()

  t.true(w.until(() => served.replies.length === 1, 60_000))
  t.deepEqual(served.replies, ['*2 $q $x'])
  t.true(w.counter(origin, 'snapshots_installed') > 0, 'a snapshot was needed')
  t.deepEqual(still.replies, [])
  ask(w, other, 'RPUSH r y')
  t.true(w.until(() => still.replies.length === 1))
  t.true(w.converged())
})

test('blocking: a member starts from its checkpoint: the waiters of others are in it', (t) => {
  const w = new CoreWorld({ checkpointLogBytes: 300, config: () => ({ checkpointIntervalMs: 50 }) })
  t.true(w.settled())
  const [origin, other] = others(w)
  const client = waiting(w, origin, 'BLPOP q 0')
  for (let i = 0; i < 20; i++) ask(w, other, `SET filler${i} ${'x'.repeat(100)}`)
  settle(w, 1_000)

  w.kill(other)
  w.start(other)
  t.true(w.settled())
  t.true(w.converged())
  ask(w, origin, 'RPUSH q x')

  t.true(w.until(() => client.replies.length === 1))
  t.true(w.converged())
})

test('blocking: a clean stop: blocked connections do not hold it up', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const [origin, other] = others(w)
  waiting(w, origin, 'BLPOP q 0')

  w.member(origin).inbox.push({ kind: 'stop' })

  t.true(w.until(() => w.member(origin).stopped !== null, 5_000))
  t.is(w.member(origin).stopped?.code, 0)
  settle(w, 5_000)
  t.deepEqual(ask(w, other, 'RPUSH q x', 'LRANGE q 0 -1'), [':1', '*1 $x'])
})

test('blocking: no leader when the time is over: the caller is told within the request time', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const [origin] = others(w)
  const client = waiting(w, origin, 'BLPOP q 0.1')
  for (const { id } of w.members) if (id !== origin) w.kill(id)

  t.true(w.until(() => client.replies.length === 1, 15_000))
  t.regex(client.replies[0] as string, /^-UNKNOWNRESULT /)
})

test('blocking: CLIENT LIST and INFO: show who is blocked', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  waiting(w, 1, 'BLPOP q 0')

  const [list, info] = ask(w, 1, 'CLIENT LIST', 'INFO clients')

  t.regex(list as string, / flags=b .* cmd=blpop /)
  t.regex(info as string, /blocked_clients:1\r\n/)
})

test('blocking: the outcome was told as unknown, then the command is queued: it takes nothing', (t) => {
  const w = new CoreWorld({ config: () => ({ requestMs: 300 }) })
  t.true(w.settled())
  const leader = w.leader()
  const [one, two] = others(w)
  const client = w.client(leader)
  // Proposed here, and heard by nobody until later.
  for (const other of [one, two]) w.cut.add(`${leader}-${other}`)
  client.send('BLPOP q 0')
  t.true(w.until(() => client.replies.length === 1, 1_000))
  t.regex(client.replies[0] as string, /^-UNKNOWNRESULT /)
  w.cut.clear()
  settle(w, 3_000)

  t.deepEqual(ask(w, one, 'RPUSH q x', 'LRANGE q 0 -1'), [':1', '*1 $x'])
  client.send('PING')
  t.true(w.until(() => client.replies.length === 2))
})

test('blocking: a transaction pushes: whoever waits is served behind it', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const client = waiting(w, 1, 'BLPOP q 0')
  ask(w, 2, 'MULTI', 'RPUSH q a', 'LPUSH q b', 'LLEN q', 'EXEC')

  t.true(w.until(() => client.replies.length === 1))
  t.deepEqual(client.replies, ['*2 $q $b'])
})
