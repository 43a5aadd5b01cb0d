// Replies leave in the order of the commands, whatever the groups do.

import test from 'ava'
import { limits } from '../../src/api/limits.js'
import { encodeCommand, World } from './world.js'

test('router: pipeline of 3 commands: one write with 3 replies in a turn', (t) => {
  const world = new World({ answer: (call) => (call.write ? 'w' : 'r') })
  const client = world.connect()

  client.send(`${encodeCommand(['SET', 'a', '1']) + encodeCommand(['get', 'a'])}PING\r\n`)
  const outputs = world.turn()

  t.deepEqual(outputs, [
    { kind: 'write', connection: client.id, text: '$1\r\nw\r\n$1\r\nr\r\n+PONG\r\n' },
  ])
})

test('router: answers out of order: replies keep the order of the commands', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  const [group] = world.groups

  client.send(`${encodeCommand(['GET', 'a']) + encodeCommand(['GET', 'b'])}PING\r\n`)
  client.send(encodeCommand(['GET', 'c']))
  group?.answer(2, 'C')
  t.is(client.read(), '')
  group?.answer(1, 'B')
  t.is(client.read(), '')
  group?.answer(0, 'A')

  t.is(client.read(), '$1\r\nA\r\n$1\r\nB\r\n+PONG\r\n$1\r\nC\r\n')
})

test('router: random order of answers over two connections: each gets its own, in order', (t) => {
  const world = new World({ answer: () => undefined })
  const clients = [world.connect(), world.connect()]
  const wanted = ['', '']
  const got = ['', '']
  const [group] = world.groups
  const random = world.router.state.random

  for (let i = 0; i < 2_000; i++) {
    const who = random.below(2)
    clients[who]?.command('GET', `${who}-${i}`)
    wanted[who] += `$${`${who}-${i}`.length}\r\n${who}-${i}\r\n`
    while (group !== undefined && group.calls.length > random.below(60)) {
      const at = random.below(group.calls.length)
      group.answer(at, group.calls[at]?.call.args[1] ?? null)
    }
    if (random.below(10) === 0) for (const c of [0, 1]) got[c] += clients[c]?.read() ?? ''
  }
  while (group !== undefined && group.calls.length > 0) {
    group.answer(0, group.calls[0]?.call.args[1] ?? null)
  }
  for (const c of [0, 1]) got[c] += clients[c]?.read() ?? ''

  t.deepEqual(got, wanted)
})

test('router: too many commands without a reply: reading stops, and goes on when half are in', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  const [group] = world.groups
  const total = limits.pendingPerConnectionMax + 500
  // What a reply is taken to weigh comes down with the first ones.
  for (let i = 0; i < 200; i++) {
    client.command('GET', 'x')
    group?.answer(0, i)
  }
  client.read()

  for (let i = 0; i < total; i++) client.command('GET', String(i))
  world.turn()
  t.is(group?.calls.length, limits.pendingPerConnectionMax)
  t.true(client.isPaused)

  let answered = 0
  let text = ''
  while (group !== undefined && group.calls.length > 0) {
    group.answer(0, answered++)
    if (answered % 100 === 0) text += client.read()
  }
  text += client.read()
  while (group !== undefined && group.calls.length > 0) group.answer(0, answered++)
  text += client.read()

  t.is(answered, total)
  t.is(text, Array.from({ length: total }, (_, i) => `:${i}\r\n`).join(''))
  t.false(client.isPaused)
})

test('router: a connection closes with answers outstanding: they are dropped and lanes left', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  const [group] = world.groups

  client.command('GET', 'a')
  world.router.closed(client.id, world.now)
  group?.answer(0, 'late')

  t.deepEqual(world.turn(), [])
  t.is(group?.left.length, 1)
})

test('router: QUIT behind commands in flight: closes after all replies', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()

  client.send(`${encodeCommand(['GET', 'a'])}QUIT\r\nPING\r\n`)
  t.is(client.read(), '')
  t.false(client.isClosed)
  world.groups[0]?.answer(0, 'A')

  t.is(client.read(), '$1\r\nA\r\n+OK\r\n')
  t.true(client.isClosed)
})

test('router: HELLO 3 behind a command in flight: the earlier reply stays RESP2', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()

  client.send(
    encodeCommand(['GET', 'a']) + encodeCommand(['HELLO', '3']) + encodeCommand(['GET', 'b']),
  )
  t.is(world.groups[0]?.calls.length, 1)
  world.groups[0]?.answer(0, null)
  const first = client.read()
  world.groups[0]?.answer(0, null)

  t.true(first.startsWith('$-1\r\n%7\r\n'))
  t.is(client.read(), '_\r\n')
})

test('router: a new client asks for many values of the longest kind: all answered, never closed', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  const [group] = world.groups
  const value = 'x'.repeat(limits.bulkBytesMax)
  const total = 100

  client.send(encodeCommand(['GET', 'big']).repeat(total))
  let chars = 0
  for (let turns = 0; turns < 1_000 && !client.isClosed; turns++) {
    while (group !== undefined && group.calls.length > 0) group.answer(0, value)
    chars += client.read().length
  }

  t.false(client.isClosed)
  t.is(chars, total * (value.length + `$${value.length}\r\n\r\n`.length))
})

test('router: replies longer than a string can be: the connection is closed, others are served', (t) => {
  const value = 'x'.repeat(limits.bulkBytesMax)
  const world = new World({ answer: (call) => call.args.slice(1).map(() => value) })
  const [client, other] = [world.connect(), world.connect()]
  const many = encodeCommand(['MGET', ...new Array<string>(100).fill('big')])

  client?.send(many)
  const text = client?.read()

  t.is(text?.length, 0)
  t.true(client?.isClosed)
  t.is(other?.ask('PING'), '+PONG\r\n')
})

test('router: replies that waited for an older one pass the bound together: closed', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  const [group] = world.groups
  const value = 'x'.repeat(limits.bulkBytesMax)

  client.send(encodeCommand(['MGET', 'big']).repeat(5))
  while ((group?.calls.length ?? 0) > 1) group?.answer(1, new Array<string>(20).fill(value))
  group?.answer(0, null)
  const text = client.read()

  t.is(text.length, 0)
  t.true(client.isClosed)
  t.is(world.router.state.stats.outputLimitCloses, 1)
})

test('router: many large replies asked for at once: fewer in flight, all answered, never closed', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  const [group] = world.groups
  const value = 'x'.repeat(1024 * 1024)
  const total = 600

  client.send(encodeCommand(['GET', 'big']).repeat(total))
  let most = 0
  let chars = 0
  for (let turns = 0; turns < 1_000 && !client.isClosed; turns++) {
    most = Math.max(most, group?.calls.length ?? 0)
    while (group !== undefined && group.calls.length > 0) group.answer(0, value)
    chars += client.read().length
  }

  t.false(client.isClosed)
  t.is(chars, total * (value.length + `$${value.length}\r\n\r\n`.length))
  t.true(most * value.length <= limits.outputHardBytes, String(most))
})
