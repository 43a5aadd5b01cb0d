// Keyspace notifications and tracking in whole members: who is told of a change, wherever it was made.

import test from 'ava'
import { pass, read } from './core-reader.js'
import { CoreWorld, keyspace, type Client } from './core-world.js'

/** A client in RESP3 that keeps what it reads; its first two replies are taken off. */
function tracker(world: CoreWorld, member: number, ...options: readonly string[]): Client {
  const client = world.client(member)
  client.send('HELLO 3', ['CLIENT TRACKING ON', ...options].join(' '))
  read(world, client, 2)
  client.replies.length = 0
  return client
}

const invalidate = (...keys: readonly string[]): string =>
  `>2 $invalidate *${keys.length} ${keys.map((key) => `$${key}`).join(' ')}`

test('notifications: set through one member, heard at all of them, wherever the write came in', (t) => {
  const world = new CoreWorld()
  world.settled()
  const [one, two, three] = [world.client(1), world.client(2), world.client(3)]
  one.send('CONFIG SET notify-keyspace-events KEA')
  read(world, one, 1)
  pass(world, 20)
  for (const each of [one, two, three]) each.send('PSUBSCRIBE __key*@0__:*')
  read(world, one, 2)
  world.until(() => two.replies.length >= 1 && three.replies.length >= 1)

  const writer = world.client(2)
  writer.send('SET a 1', 'DEL a')
  const messages = [
    '*4 $pmessage $__key*@0__:* $__keyspace@0__:a $set',
    '*4 $pmessage $__key*@0__:* $__keyevent@0__:set $a',
    '*4 $pmessage $__key*@0__:* $__keyspace@0__:a $del',
    '*4 $pmessage $__key*@0__:* $__keyevent@0__:del $a',
  ]

  t.deepEqual(read(world, one, 6).slice(2), messages)
  t.deepEqual(read(world, two, 5).slice(1), messages)
  t.deepEqual(read(world, three, 5).slice(1), messages)
})

test('notifications: a key that one member misses: heard at another', (t) => {
  const world = new CoreWorld()
  world.settled()
  const listener = world.client(1)
  const reader = world.client(3)
  reader.send('CONFIG SET notify-keyspace-events Km')
  read(world, reader, 1)
  listener.send('SUBSCRIBE __keyspace@0__:a')
  read(world, listener, 1)

  reader.send('GET a')
  read(world, reader, 2)

  t.deepEqual(read(world, listener, 2).slice(1), ['*3 $message $__keyspace@0__:a $keymiss'])
})

test('notifications: a key whose time is past: expired, at members that nobody asked', (t) => {
  const world = new CoreWorld()
  world.settled()
  const listener = world.client(1)
  const writer = world.client(2)
  writer.send('CONFIG SET notify-keyspace-events Ex')
  read(world, writer, 1)
  pass(world, 20)
  listener.send('SUBSCRIBE __keyevent@0__:expired')
  read(world, listener, 1)

  writer.send('SET a 1 PX 50')

  t.deepEqual(read(world, listener, 2).slice(1), ['*3 $message $__keyevent@0__:expired $a'])
})

test('notifications: a member that starts: takes the setting of the others', (t) => {
  const world = new CoreWorld()
  world.settled()
  const setter = world.client(1)
  setter.send('CONFIG SET notify-keyspace-events KEA')
  read(world, setter, 1)
  pass(world, 50)
  world.kill(3)
  pass(world, 50)
  world.start(3)
  pass(world, 1_000)
  const asker = world.client(3)
  asker.send('CONFIG GET notify-keyspace-events')

  t.deepEqual(read(world, asker, 1), ['*2 $notify-keyspace-events $AKE'])
})

test('tracking: read at one member, written at another: told once, within a few steps', (t) => {
  const world = new CoreWorld()
  world.settled()
  const cache = tracker(world, 1)
  const writer = world.client(2)
  cache.send('GET a', 'GET b')
  read(world, cache, 2)
  pass(world, 500)

  writer.send('SET a 1', 'SET a 2')
  read(world, writer, 2)
  const from = world.mono
  read(world, cache, 3)

  t.deepEqual(cache.replies, ['_', '_', invalidate('a')])
  t.true(world.mono - from < 10)
})

test('tracking: reads and writes of many connections in one turn: no value behind its invalidation', (t) => {
  const world = new CoreWorld()
  world.settled()
  const caches = [1, 2, 3].map((id) => tracker(world, id))
  const writers = [1, 2, 3].map((id) => world.client(id))
  let value = 0
  for (let round = 0; round < 300; round++) {
    for (const cache of caches) {
      if (world.random.chance(1, 2)) cache.send('GET k')
      if (world.random.chance(1, 3)) cache.send(`SET k ${++value}`, 'GET k')
    }
    for (const writer of writers) if (world.random.chance(1, 3)) writer.send(`SET k ${++value}`)
    world.step()
  }
  t.true(
    world.until(() =>
      caches.every(
        (each) => each.replies.filter((r) => !r.startsWith('>')).length === each.sent - 2,
      ),
    ),
  )
  pass(world, 300)
  const reader = world.client(1)
  reader.send('GET k')
  const [last] = read(world, reader, 1)

  for (const cache of caches) {
    const values = cache.replies.filter((reply) => reply !== '+OK')
    const kept = values.at(-1)
    // What is kept is what was read last with no invalidation behind it.
    if (kept !== invalidate('k')) t.is(kept, last)
    t.true(values.includes(invalidate('k')))
  }
})

test('tracking: the leader dies: clients are told to forget everything', (t) => {
  const world = new CoreWorld()
  world.settled()
  const leader = world.leader()
  const other = (leader % 3) + 1
  const cache = tracker(world, other)
  cache.send('GET a')
  read(world, cache, 1)

  world.kill(leader)

  t.deepEqual(read(world, cache, 2), ['_', '>2 $invalidate _'])
})

test('tracking: keys past their time: told without a read', (t) => {
  const world = new CoreWorld()
  world.settled()
  const cache = tracker(world, 2)
  cache.send('SET a 1 PX 60', 'GET a')

  t.deepEqual(read(world, cache, 3), ['+OK', '$1', invalidate('a')])
})

test('tracking: a bound of the table: the oldest keys are told as if they had changed', (t) => {
  const world = new CoreWorld({ members: 1 })
  world.settled()
  const cache = tracker(world, 1)
  cache.send('CONFIG SET tracking-table-max-keys 2', 'MGET a b c d')

  t.deepEqual(read(world, cache, 4), ['+OK', '*4 _ _ _ _', invalidate('a'), invalidate('b')])
})

test('tracking: flushall over two groups: forget everything, behind the reply', (t) => {
  const world = new CoreWorld({ keyspaces: [keyspace('cache', ['c:']), keyspace('default', [])] })
  world.settled()
  const cache = tracker(world, 1)
  cache.send('MGET c:a b', 'FLUSHALL')
  const replies = read(world, cache, 3)

  t.deepEqual(replies.slice(0, 3), ['*2 _ _', '+OK', '>2 $invalidate _'])
})

test('tracking: redirected to a listener in RESP2: messages of a channel', (t) => {
  const world = new CoreWorld()
  world.settled()
  const listener = world.client(1)
  listener.send('CLIENT ID')
  const [id] = read(world, listener, 1)
  listener.send('SUBSCRIBE __redis__:invalidate')
  const cache = world.client(1)
  cache.send(`CLIENT TRACKING ON REDIRECT ${id?.slice(1)}`, 'GET a')
  read(world, cache, 2)

  cache.send('SET a 1', 'FLUSHALL')
  const messages = read(world, listener, 4).slice(2)

  t.deepEqual(messages, [
    '*3 $message $__redis__:invalidate *1 $a',
    '*3 $message $__redis__:invalidate _',
  ])
})

test('tracking: prefixes: one message for each in a turn, none for own writes with NOLOOP', (t) => {
  const world = new CoreWorld()
  world.settled()
  const cache = tracker(world, 1, 'BCAST', 'PREFIX', 'foo', 'PREFIX', 'bar', 'NOLOOP')
  const writer = world.client(1)
  cache.send('SET foo:own 1')
  writer.send('MSET foo2 1 bar1 1 foo1 1 zip 1')
  read(world, writer, 1)
  pass(world, 5)

  t.deepEqual(cache.replies, ['+OK', invalidate('bar1'), invalidate('foo1', 'foo2')])
})

test('tracking: a snapshot takes the place of entries: clients are told to forget everything', (t) => {
  const world = new CoreWorld({ checkpointLogBytes: 20_000 })
  world.settled()
  const leader = world.leader()
  const other = (leader % 3) + 1
  const cache = tracker(world, other)
  cache.send('GET a')
  read(world, cache, 1)
  const before = cache.replies.length
  const isolated = world.members.map(({ id }) => id).filter((id) => id !== other)
  for (const id of isolated) world.cut.add(`${id}-${other}`).add(`${other}-${id}`)
  const writer = world.client(leader)
  for (let i = 0; i < 400; i++) writer.send(`SET k${i % 7} ${'v'.repeat(200)}`)
  read(world, writer, 400)
  pass(world, 3_000)
  world.cut.clear()

  t.true(world.converged())
  t.true(cache.replies.slice(before).includes('>2 $invalidate _'))
})

test('tracking: CLIENT CACHING between EXEC and its reply: holds for the command that follows', (t) => {
  const world = new CoreWorld()
  world.settled()
  const reader = tracker(world, 1, 'OPTIN')
  reader.send('MULTI', 'SET c 1', 'EXEC', 'CLIENT CACHING yes')
  read(world, reader, 4)
  reader.replies.length = 0
  reader.send('GET a')
  read(world, reader, 1)

  const writer = world.client(1)
  writer.send('SET a 1')
  read(world, writer, 1)

  t.deepEqual(read(world, reader, 2).slice(1), [invalidate('a')])
})
