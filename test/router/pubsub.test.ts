// Subscriptions and messages at one member: what a connection is sent, in which order, and in RESP3.

import test from 'ava'
import { World } from './world.js'

const hello = (client: ReturnType<World['connect']>): string => client.ask('HELLO', '3')

test('subscribe: in RESP3: pushes, and any command may follow', (t) => {
  const client = new World({ answer: () => 'v' }).connect()
  hello(client)

  t.is(
    client.ask('SUBSCRIBE', 'a', 'b'),
    '>3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n>3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n',
  )
  t.is(client.ask('GET', 'k'), '$1\r\nv\r\n')
  t.is(client.ask('PING'), '+PONG\r\n')
  t.is(client.ask('UNSUBSCRIBE', 'x'), '>3\r\n$11\r\nunsubscribe\r\n$1\r\nx\r\n:2\r\n')
})

test('publish: to the own connection in RESP3: the message follows the reply', (t) => {
  const client = new World().connect()
  hello(client)
  client.ask('SUBSCRIBE', 'a')

  t.is(client.ask('PUBLISH', 'a', 'x'), ':1\r\n>3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n')
})

test('publish: an early reply waits for an older one: the message stands behind both', (t) => {
  const world = new World({
    config: { keyspaces: [{ ...keyspaceOf('cache', ['c:']) }, keyspaceOf('default', [])] },
    answer: () => undefined,
  })
  const client = world.connect()
  hello(client)
  client.ask('SUBSCRIBE', 'a')
  client.command('GET', 'c:1')
  client.command('GET', 'k')
  world.groups[1]?.answer(0, 'late')
  world.connect().ask('PUBLISH', 'a', 'x')
  world.groups[0]?.answer(0, 'first')

  t.is(client.read(), '$5\r\nfirst\r\n$4\r\nlate\r\n>3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n')
})

test('publish: a reply that is not made yet: the message does not wait for it', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  hello(client)
  client.ask('SUBSCRIBE', 'a')
  client.command('GET', 'k')

  world.connect().ask('PUBLISH', 'a', 'x')

  t.is(client.read(), '>3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n')
})

test('publish: behind writes of its connection: waits for their replies', (t) => {
  const world = new World({ answer: () => undefined })
  const listener = world.connect()
  listener.ask('SUBSCRIBE', 'a')
  const publisher = world.connect()
  publisher.command('SET', 'k', 'v')
  publisher.command('PUBLISH', 'a', 'x')
  world.turn()
  t.is(listener.read(), '')

  world.groups[0]?.answer(0, 'OK')
  world.turn()

  t.is(listener.read(), '*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n')
})

test('client reply off: confirmations and messages come all the same', (t) => {
  const world = new World()
  const client = world.connect()
  client.ask('CLIENT', 'REPLY', 'OFF')

  t.is(client.ask('SUBSCRIBE', 'a'), '*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n')
  t.is(world.connect().ask('PUBLISH', 'a', 'x'), ':1\r\n')
  t.is(client.read(), '*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n')
  t.is(client.ask('PING'), '')
})

test('subscribe: closed connections and RESET: nobody is counted any more', (t) => {
  const world = new World()
  const [one, two, asker] = [world.connect(), world.connect(), world.connect()]
  one.ask('SUBSCRIBE', 'a')
  two.ask('PSUBSCRIBE', 'a*')
  t.is(asker.ask('PUBLISH', 'a', 'x'), ':2\r\n')

  world.router.closed(one.id, world.now)
  two.ask('RESET')

  t.is(asker.ask('PUBLISH', 'a', 'x'), ':0\r\n')
  t.is(asker.ask('PUBSUB', 'NUMPAT'), ':0\r\n')
  t.is(asker.ask('PUBSUB', 'CHANNELS'), '*0\r\n')
})

function keyspaceOf(name: string, prefixes: readonly string[]) {
  return {
    name,
    prefixes,
    databases: null,
    level: 'strong' as const,
    strategy: 'raft',
    durability: 'always' as const,
    maxMemory: 0,
    options: {},
  }
}

test('slow listener: messages that it does not take: it is closed, the publisher is answered', (t) => {
  const world = new World()
  const [listener, publisher] = [world.connect(), world.connect()]
  listener.ask('SUBSCRIBE', 'a')
  const message = 'x'.repeat(1024 * 1024)
  publisher.ask('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 4mb 2mb 10')

  world.router.unsent(listener.id, 3 * 1024 * 1024)
  t.is(publisher.ask('PUBLISH', 'a', 'small'), ':1\r\n')
  world.pass(9_000)
  t.is(publisher.ask('PUBLISH', 'a', 'small'), ':1\r\n')
  t.false(listener.isClosed)
  world.pass(2_000)
  t.is(publisher.ask('PUBLISH', 'a', 'small'), ':1\r\n')

  t.true(listener.isClosed)
  const other = world.connect()
  other.ask('PSUBSCRIBE', '*')
  world.router.unsent(other.id, 4 * 1024 * 1024 - 1000)
  t.is(publisher.ask('PUBLISH', 'a', message), ':1\r\n')
  t.true(other.isClosed)
  t.is(publisher.ask('PUBLISH', 'a', message), ':0\r\n')
})

test('slow listener: above the soft bound, and nothing comes any more: it is closed in time', (t) => {
  const world = new World()
  const [listener, other] = [world.connect(), world.connect()]
  listener.ask('SUBSCRIBE', 'a')
  other.ask('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 4mb 2mb 10')
  world.router.unsent(listener.id, 3 * 1024 * 1024)
  world.turn()
  const at = world.router.wakeAt()
  t.true(at > world.now.mono + 9_000 && at < world.now.mono + 11_000)

  world.pass(9_000)
  world.turn()
  t.false(listener.isClosed)
  world.pass(2_000)
  world.turn()

  t.true(listener.isClosed)
  t.is(world.router.wakeAt(), Number.POSITIVE_INFINITY)
})

test('monitor: what it does not take: it is closed as a listener is', (t) => {
  const world = new World()
  const monitor = world.connect()
  monitor.ask('MONITOR')

  world.router.unsent(monitor.id, 33 * 1024 * 1024)
  world.connect().ask('PING')

  t.true(monitor.isClosed)
})

test('client list and info: what connections listen to and keep: fields, flags, types', (t) => {
  const world = new World()
  const [a, b, c, d] = [world.connect(), world.connect(), world.connect(), world.connect()]
  a.ask('SUBSCRIBE', 'x', 'y')
  a.ask('PSUBSCRIBE', 'p')
  a.ask('SSUBSCRIBE', 's')
  b.ask('CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', 'k')
  d.ask('MONITOR')

  const list = c.ask('CLIENT', 'LIST')
  t.regex(
    list,
    /flags=P db=0 sub=2 psub=1 ssub=1 .*\n.*flags=tB .* redir=0 .*\n.*flags=N .*\n.*flags=O /,
  )
  t.regex(c.ask('CLIENT', 'LIST', 'TYPE', 'pubsub'), /^\$\d+\r\nid=1 [^\n]*\n\r\n$/)
  t.regex(
    c.ask('INFO', 'stats'),
    /pubsub_channels:2\r\npubsub_patterns:1\r\npubsubshard_channels:1\r\n(.*\r\n)*tracking_total_prefixes:1\r\n/,
  )
  t.regex(c.ask('INFO', 'clients'), /tracking_clients:1\r\n/)
  t.is(c.ask('CLIENT', 'KILL', 'TYPE', 'pubsub'), ':1\r\n')
  t.is(c.ask('PUBSUB', 'NUMPAT'), ':0\r\n')
})

test('tracking: the connection that is told instead is gone: said once for each change', (t) => {
  const world = new World()
  const [cache, target] = [world.connect(), world.connect()]
  hello(cache)
  cache.ask('CLIENT', 'TRACKING', 'ON', 'REDIRECT', String(target.id))
  cache.ask('GET', 'k')
  world.router.closed(target.id, world.now)

  world.router.state.messaging.keyEvents.changed('set', 0, 'k', null)

  t.is(cache.read(), '>2\r\n$21\r\ntracking-redir-broken\r\n:2\r\n')
  t.regex(cache.ask('CLIENT', 'TRACKINGINFO'), /broken_redirect/)
})

test('tracking: a member short of disk: what was read may not be kept', (t) => {
  const world = new World({ cluster: { diskShort: true }, answer: () => 'v' })
  const cache = world.connect()
  hello(cache)
  cache.ask('CLIENT', 'TRACKING', 'ON')

  t.is(cache.ask('GET', 'k'), '$1\r\nv\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n')
})

test('acl setuser: a channel is taken away: whoever listens to it is closed, the others stay', (t) => {
  const world = new World()
  const [admin, one, two] = [world.connect(), world.connect(), world.connect()]
  admin.ask('ACL', 'SETUSER', 'u', 'on', 'nopass', '+@all', '~*', 'resetchannels', '&ok*', '&p*')
  for (const each of [one, two]) each.ask('AUTH', 'u', 'x')
  one.ask('SUBSCRIBE', 'okay')
  two.ask('PSUBSCRIBE', 'p*')
  t.regex(two.ask('SUBSCRIBE', 'other'), /^-NOPERM /)

  admin.ask('ACL', 'SETUSER', 'u', 'resetchannels', '&p*')

  t.true(one.isClosed)
  t.false(two.isClosed)
  t.is(admin.ask('PUBLISH', 'okay', 'x'), ':0\r\n')
})
