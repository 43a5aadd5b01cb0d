// What a connection may do and for how long: authentication, protected mode, limits, pauses, kills.

import test from 'ava'
import { limits } from '../../src/api/limits.js'
import { encodeCommand, World } from './world.js'

test('protected mode: a client from outside, no password: DENIED and closed', (t) => {
  const world = new World()
  const client = world.connect({ loopback: false })

  const text = client.read()

  t.regex(text, /^-DENIED Redis is running in protected mode because .* from the outside\.\r\n$/)
  t.true(client.isClosed)
  t.is(world.router.state.sessions.size, 0)
})

test('protected mode: off, or with a password: the client may talk', (t) => {
  const open = new World({ config: { protectedMode: false } }).connect({ loopback: false })
  const locked = new World({ config: { password: 'x' } }).connect({ loopback: false })

  t.is(open.ask('PING'), '+PONG\r\n')
  t.is(locked.ask('PING'), '-NOAUTH Authentication required.\r\n')
})

test('maxclients: one too many: told so and closed, the others stay', (t) => {
  const world = new World({ config: { clientsMax: 2 } })
  const [first, , third] = [world.connect(), world.connect(), world.connect()]

  t.is(third?.read(), '-ERR max number of clients reached\r\n')
  t.true(third?.isClosed)
  t.is(first?.ask('PING'), '+PONG\r\n')
})

test('authentication: none within the time: closed', (t) => {
  const world = new World({ config: { password: 'x' } })
  const slow = world.connect()
  const quick = world.connect()
  quick.ask('AUTH', 'x')

  world.pass(limits.authenticateMs - 1)
  world.turn()
  t.false(slow.isClosed)
  t.true(world.router.wakeAt() <= world.now.mono + 1)
  world.pass(2_000)
  world.turn()

  t.true(slow.isClosed)
  t.false(quick.isClosed)
  t.is(quick.ask('PING'), '+PONG\r\n')
})

test('a begun command: does not go on: closed in time; an idle client stays', (t) => {
  const world = new World()
  const loris = world.connect()
  const idle = world.connect()
  loris.send('*2\r\n$3\r\nGE')
  for (let i = 0; i < 100 && !loris.isClosed; i++) {
    world.pass(1_000)
    if (i % 10 === 0) loris.send('T'.slice(i))
    world.turn()
  }

  t.true(loris.isClosed)
  t.false(idle.isClosed)
  t.is(world.router.wakeAt(), Number.POSITIVE_INFINITY)
})

test('a begun command: grows slowly but surely: stays', (t) => {
  const world = new World()
  const client = world.connect()
  const chunk = 'x'.repeat(100_000)
  client.send(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\n`)
  for (let i = 0; i < 10; i++) {
    world.pass(20_000)
    client.send(chunk)
    world.turn()
  }
  client.send('\r\n')

  t.is(client.read(), '+OK\r\n')
})

test('unauthenticated: many commands, nothing read: closed at its small bound (S10)', (t) => {
  const world = new World({ config: { password: 'x' } })
  const client = world.connect()
  world.turn()
  world.router.unsent(client.id, limits.outputUnauthenticatedBytes)

  client.command('PING')
  world.turn()

  t.true(client.isClosed)
  t.is(world.router.state.stats.outputLimitCloses, 1)
})

test('slow reader: unsent output above the soft bound: not read until drained', (t) => {
  const world = new World({ answer: () => 'x'.repeat(1000) })
  const client = world.connect()
  for (let i = 0; i < 3_000; i++) client.command('GET', 'a')
  world.turn()
  world.router.unsent(client.id, limits.outputSoftBytes)
  world.turn()
  t.true(client.isPaused)
  const before = world.router.state.stats.commandsProcessed
  client.command('GET', 'a')
  world.turn()
  t.is(world.router.state.stats.commandsProcessed, before)

  world.router.unsent(client.id, 0)
  for (let i = 0; i < 10; i++) world.turn()

  t.false(client.isPaused)
  t.is(world.router.state.stats.commandsProcessed, 3_001)
})

test('slow reader: unsent output above the hard bound: closed and counted', (t) => {
  const world = new World()
  const client = world.connect()

  world.router.unsent(client.id, limits.outputHardBytes + 1)
  world.turn()

  t.true(client.isClosed)
  t.is(world.router.state.stats.outputLimitCloses, 1)
})

test('loading: what needs data is refused, the rest is served', (t) => {
  const world = new World({ cluster: { isLoading: true } })
  const client = world.connect()

  t.is(client.ask('GET', 'a'), '-LOADING Redis is loading the dataset in memory\r\n')
  t.true(client.ask('INFO', 'persistence').includes('loading:1'))
  t.is(client.ask('SELECT', '1'), '+OK\r\n')
  t.is(world.groups[0]?.calls.length, 0)
})

test('client pause: writes held, reads served, all in order when it ends by itself', (t) => {
  const world = new World({ answer: (call) => (call.write ? 'w' : 'r') })
  const [operator, client] = [world.connect(), world.connect()]
  operator.ask('CLIENT', 'PAUSE', '500', 'WRITE')

  t.is(client.ask('GET', 'a'), '$1\r\nr\r\n')
  client.send(`${encodeCommand(['SET', 'a', '1']) + encodeCommand(['GET', 'a'])}PING\r\n`)
  t.is(client.read(), '')
  t.true(client.isPaused)
  t.is(world.router.wakeAt(), world.now.mono + 500)
  world.pass(500)

  t.is(client.read(), '$1\r\nw\r\n$1\r\nr\r\n+PONG\r\n')
  world.turn()
  t.false(client.isPaused)
})

test('client pause all: everything is held; unpause from any connection lets it go', (t) => {
  const world = new World()
  const [operator, client] = [world.connect(), world.connect()]
  operator.ask('CLIENT', 'PAUSE', '5000')

  t.is(client.ask('PING'), '')
  t.is(operator.ask('CLIENT', 'UNPAUSE'), '+OK\r\n')

  t.is(client.read(), '+PONG\r\n')
})

test('client kill: by id, by address, own connection after its reply', (t) => {
  const world = new World()
  const clients = [world.connect(), world.connect(), world.connect()]
  const [a, b, c] = clients

  t.is(a?.ask('CLIENT', 'KILL', 'ID', String(b?.id)), ':1\r\n')
  t.true(b?.isClosed)
  t.is(a?.ask('CLIENT', 'KILL', `127.0.0.1:${40_000 + Number(c?.id)}`), '+OK\r\n')
  t.true(c?.isClosed)
  t.is(a?.ask('CLIENT', 'KILL', 'TYPE', 'normal'), ':0\r\n')
  t.is(a?.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no'), ':1\r\n')
  t.true(a?.isClosed)
})

test('client list: two clients: a line each, with what they said of themselves', (t) => {
  const world = new World()
  const [a, b] = [world.connect(), world.connect()]
  a.ask('CLIENT', 'SETNAME', 'me')
  a.ask('CLIENT', 'SETINFO', 'LIB-NAME', 'ioredis')
  b.ask('HELLO', '3')
  world.pass(3_000)

  const lines = a.ask('CLIENT', 'LIST').split('\r\n')[1]?.trimEnd().split('\n') ?? []

  t.is(lines.length, 2)
  t.regex(
    lines[0] ?? '',
    /^id=1 addr=127\.0\.0\.1:40001 .* name=me age=3 .* cmd=client\|list .* resp=2 lib-name=ioredis lib-ver=$/,
  )
  t.regex(lines[1] ?? '', /^id=2 .* resp=3 /)
})

test('client setname, setinfo: spaces or newlines: refused (S20)', (t) => {
  const client = new World().connect()

  for (const name of ['a b', 'a\nb', 'a\r\nid=7']) {
    t.true(client.ask('CLIENT', 'SETNAME', name).startsWith('-ERR Client names cannot contain'))
    t.true(client.ask('CLIENT', 'SETINFO', 'lib-name', name).startsWith('-ERR lib-name cannot'))
  }
})

test('config set requirepass: new connections must authenticate, with the new password only', (t) => {
  const world = new World()
  const old = world.connect()

  t.is(old.ask('CONFIG', 'SET', 'requirepass', 'new', 'timeout', '7'), '+OK\r\n')
  const client = world.connect()

  t.is(client.ask('PING'), '-NOAUTH Authentication required.\r\n')
  t.true(client.ask('AUTH', 'old').startsWith('-WRONGPASS'))
  t.is(client.ask('HELLO', '2', 'AUTH', 'default', 'new').slice(0, 4), '*14\r')
  t.is(client.ask('PING'), '+PONG\r\n')
})

test('config set: one bad value among several: none is set', (t) => {
  const client = new World().connect()

  t.true(
    client
      .ask('CONFIG', 'SET', 'timeout', '9', 'maxclients', 'x')
      .startsWith('-ERR CONFIG SET failed'),
  )

  t.is(client.ask('CONFIG', 'GET', 'timeout'), '*2\r\n$7\r\ntimeout\r\n$1\r\n0\r\n')
})

test('wait: behind writes in flight: answers after them, the members of a majority', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()

  client.command('SET', 'a', '1')
  client.command('WAIT', '1', '0')
  t.is(client.read(), '')
  world.groups[0]?.answer(0, 'done')

  t.is(client.read(), '$4\r\ndone\r\n:1\r\n')
})

test('shutdown: asks the member to stop, says nothing', (t) => {
  const world = new World()

  t.is(world.connect().ask('SHUTDOWN', 'NOSAVE'), '')
  t.is(world.stopsAsked, 1)
})

test('drain: answers what is owed, takes nothing new', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  client.command('GET', 'a')
  world.turn()

  t.false(world.router.drain())
  client.command('GET', 'b')
  world.groups[0]?.answer(0, 'A')
  t.is(client.read(), '$1\r\nA\r\n')

  t.true(world.router.drain())
  t.is(world.groups[0]?.calls.length, 0)
  const late = world.connect()
  late.read()
  t.true(late.isClosed)
})

test('http request on the port: closed without a word (S8)', (t) => {
  for (const text of ['POST / HTTP/1.1\r\nHost: x\r\n\r\n', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n']) {
    const world = new World()
    const client = world.connect()
    client.send(text)
    client.read()
    t.true(client.isClosed)
  }
})

test('protocol error behind good commands: their replies, the error, then closed', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()

  client.send(`${encodeCommand(['GET', 'a'])}*1\r\nfoo\r\n`)
  t.is(client.read(), '')
  world.groups[0]?.answer(0, 'A')

  t.is(client.read(), "$1\r\nA\r\n-ERR Protocol error: expected '$', got 'f'\r\n")
  t.true(client.isClosed)
})

test('authentication and a large value in one chunk: the value has the larger limits', (t) => {
  const world = new World({ config: { password: 'x' } })
  const client = world.connect()

  client.send(
    `${encodeCommand(['AUTH', 'x']) + encodeCommand(['SET', 'k', 'v'.repeat(100_000)])}PING\r\n`,
  )

  t.is(client.read(), '+OK\r\n+OK\r\n+PONG\r\n')
})

test('reset, then a large value in one chunk: the value has the smaller limits', (t) => {
  const world = new World({ config: { password: 'x' } })
  const client = world.connect()
  client.ask('AUTH', 'x')

  client.send(encodeCommand(['RESET']) + encodeCommand(['SET', 'k', 'v'.repeat(100_000)]))

  t.is(client.read(), '+RESET\r\n-ERR Protocol error: unauthenticated bulk length\r\n')
  t.true(client.isClosed)
})

test('timeout: set to 5 seconds: idle connections close, busy ones stay', (t) => {
  const world = new World()
  const [idle, busy] = [world.connect(), world.connect()]
  busy.ask('CONFIG', 'SET', 'timeout', '5')

  for (let i = 0; i < 8; i++) {
    world.pass(1_000)
    busy.ask('PING')
  }

  t.true(idle.isClosed)
  t.false(busy.isClosed)
})

test('config set proto-max-bulk-len: from the next chunk on: holds', (t) => {
  const client = new World().connect()
  client.ask('CONFIG', 'SET', 'proto-max-bulk-len', '1mb')

  t.is(client.ask('SET', 'k', 'v'.repeat(1024 * 1024)), '+OK\r\n')
  t.is(
    client.ask('SET', 'k', 'v'.repeat(1024 * 1024 + 1)),
    '-ERR Protocol error: invalid bulk length\r\n',
  )
})

test('client reply off and skip with late answers: exactly the muted replies are missing', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  const script = [
    ['GET', 'a'],
    ['CLIENT', 'REPLY', 'SKIP'],
    ['GET', 'b'],
    ['GET', 'c'],
    ['CLIENT', 'REPLY', 'OFF'],
    ['GET', 'd'],
    ['PING'],
    ['CLIENT', 'REPLY', 'ON'],
    ['GET', 'e'],
  ]

  client.send(script.map(encodeCommand).join(''))
  const group = world.groups[0]
  for (let i = 4; i >= 0; i--) group?.answer(i, group.calls[i]?.call.args[1] ?? null)

  t.is(client.read(), '$1\r\na\r\n$1\r\nc\r\n+OK\r\n$1\r\ne\r\n')
})

test('protocol faults: many within a minute: one trace, the next one counts them', (t) => {
  const world = new World()
  for (let i = 0; i < 5; i++) world.connect().send('*x\r\n')
  world.turn()
  world.pass(60_000)
  world.connect().send('*x\r\n')
  world.turn()

  const told = world.outputs.flatMap((output) => (output.kind === 'trace' ? [output.event] : []))
  t.deepEqual(
    told.map(({ event, fields }) => [event, fields['untold']]),
    [
      ['client.protocol-fault', 0],
      ['client.protocol-fault', 4],
    ],
  )
})

test('info stats: what groups count: shown, and anew after CONFIG RESETSTAT', (t) => {
  const world = new World()
  const client = world.connect()
  const [group] = world.groups
  const count = (hits: number, expired: number): void => {
    if (group !== undefined) group.counters = { hits, misses: 1, expired, evicted: 0 }
  }

  count(5, 2)
  t.regex(client.ask('INFO', 'stats'), /expired_keys:2\r\n(.*\r\n)*keyspace_hits:5\r\n/)
  client.ask('CONFIG', 'RESETSTAT')
  count(7, 2)

  const text = client.ask('INFO', 'stats')
  t.regex(text, /expired_keys:0\r\n(.*\r\n)*keyspace_hits:2\r\nkeyspace_misses:0\r\n/)
  count(1, 0)
  t.regex(client.ask('INFO', 'stats'), /keyspace_hits:1\r\n/)
})
