// Client sockets around a fake core that echoes: order, one write per turn, slow readers, half-closed
// clients, closing.

import { existsSync, statSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import test from 'ava'
import type { Input, Output } from '../../src/api/io.js'
import { config, directory, startFake, TestClient, until } from './world.js'

/** Answers the bytes of a connection, once per turn. */
function echo(input: Input): readonly Output[] {
  if (input.kind !== 'bytes') return []
  const text = Buffer.from(input.bytes).toString('latin1')
  return [{ kind: 'write', connection: input.connection, text }]
}

test('clients: pipelined bytes in any split: all come back in order', async (t) => {
  const { port } = await startFake(t, config({ directory: directory(t) }), { act: echo })
  const client = new TestClient(port)
  let wanted = ''
  for (let n = 0; n < 300; n++) wanted += `PING ${n}\r\n`

  for (let at = 0, size = 1; at < wanted.length; at += size, size = (size % 17) + 1) {
    client.socket.write(wanted.slice(at, at + size))
    if (size === 5) await new Promise((done) => setImmediate(done))
  }

  await until(() => client.text.length === wanted.length, 'the echo')
  t.is(client.text, wanted)
  client.socket.destroy()
})

test('clients: every byte value: arrives and leaves unchanged', async (t) => {
  const { port } = await startFake(t, config({ directory: directory(t) }), { act: echo })
  const client = new TestClient(port)
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n))

  client.socket.write(bytes)

  await until(() => client.text.length === 256, 'the echo')
  t.is(client.text, bytes.toString('latin1'))
  client.socket.destroy()
})

test('clients: many that write at the same time: far fewer turns than inputs', async (t) => {
  const started = await startFake(t, config({ directory: directory(t) }), { act: echo })
  const clients = Array.from({ length: 40 }, () => new TestClient(started.port))
  const { reactor } = started
  await until(() => reactor.inputs.filter((one) => one.kind === 'connected').length === 40, 'all')
  const before = reactor.turns.length

  for (let round = 1; round <= 20; round++) {
    for (const { socket } of clients) socket.write('x'.repeat(10))
    await until(() => clients.every(({ text }) => text.length === round * 10), 'the echoes')
  }

  const turns = reactor.turns.slice(before)
  const bytes = turns.map((inputs) => inputs.filter((one) => one.kind === 'bytes').length)
  t.is(
    bytes.reduce((sum, count) => sum + count, 0),
    800,
  )
  t.log(`${turns.length} turns for 800 inputs`)
  t.true(turns.length < 600, 'inputs of one pass are handed over together')
  for (const { socket } of clients) socket.destroy()
})

test('clients: connected and closed: told once each, with addresses', async (t) => {
  const act = (input: Input): readonly Output[] =>
    input.kind === 'ended' ? [{ kind: 'close', connection: input.connection, abort: false }] : []
  const { port, reactor } = await startFake(t, config({ directory: directory(t) }), { act })
  const client = new TestClient(port)
  await until(() => reactor.inputs.length > 0, 'connected')

  client.socket.destroy()

  await until(() => reactor.inputs.some((input) => input.kind === 'closed'), 'closed')
  const [first] = reactor.inputs
  t.like(first, {
    kind: 'connected',
    connection: 1,
    listener: 'main',
    loopback: true,
    identity: null,
  })
  t.regex(first?.kind === 'connected' ? first.remote : '', /^127\.0\.0\.1:\d+$/)
  t.is(first?.kind === 'connected' ? first.local : '', `127.0.0.1:${port}`)
  t.deepEqual(
    reactor.inputs.map(({ kind }) => kind),
    ['connected', 'ended', 'closed'],
  )
})

test('clients: a slow reader: unsent bytes are told, and that they left', async (t) => {
  const big = 'v'.repeat(8 * 1024 * 1024)
  const { port, reactor } = await startFake(t, config({ directory: directory(t) }), {
    act: (input) =>
      input.kind === 'bytes' ? [{ kind: 'write', connection: input.connection, text: big }] : [],
  })
  const client = new TestClient(port, { paused: true })
  client.socket.write('go')
  const unsent = (): number[] =>
    reactor.inputs.flatMap((one) => (one.kind === 'unsent' ? [one.bytes] : []))
  await until(() => unsent().length > 0, 'unsent')
  t.true((unsent()[0] as number) > 0)

  client.socket.resume()

  await until(() => unsent().includes(0), 'drained')
  await until(() => client.text.length === big.length, 'all bytes')
  t.is(unsent().length, 2)
  client.socket.destroy()
})

test('clients: paused by the core: nothing is read until it goes on', async (t) => {
  const act = (input: Input): readonly Output[] =>
    input.kind === 'connected'
      ? [{ kind: 'pause', connection: input.connection, paused: true }]
      : echo(input)
  const { port, reactor } = await startFake(t, config({ directory: directory(t) }), { act })
  const client = new TestClient(port)
  await until(() => reactor.inputs.length === 1, 'connected')
  client.socket.write('a')
  const other = new TestClient(port)
  await until(() => reactor.inputs.length === 2, 'another client passes')
  t.is(client.text, '')

  reactor.queued.push({ kind: 'pause', connection: 1 as never, paused: false })
  other.socket.destroy()

  await until(() => client.text === 'a', 'the echo after the pause')
  t.pass()
  client.socket.destroy()
})

test('clients: closed by the core: what was written arrives before the end', async (t) => {
  const text = 'bye'.repeat(300_000)
  const { port, reactor } = await startFake(t, config({ directory: directory(t) }), {
    act: (input) =>
      input.kind === 'bytes'
        ? [
            { kind: 'write', connection: input.connection, text },
            { kind: 'close', connection: input.connection, abort: false },
          ]
        : [],
  })
  const client = new TestClient(port)
  client.socket.write('QUIT')

  await until(() => client.isEnded, 'the end')
  t.is(client.text, text)
  client.socket.destroy()
  await until(() => reactor.inputs.some((input) => input.kind === 'closed'), 'closed')
})

test('clients: paused and then closed by the core: what still comes in is taken out of the way', async (t) => {
  const { port } = await startFake(t, config({ directory: directory(t) }), {
    act: ({ kind, ...input }) => {
      if (kind !== 'bytes' || !('connection' in input)) return []
      const { connection } = input
      return [
        { kind: 'pause', connection, paused: true },
        { kind: 'write', connection, text: 'bye'.repeat(4_000_000) },
        { kind: 'close', connection, abort: false },
      ]
    },
  })
  const client = new TestClient(port, { paused: true })
  let isTaken = false
  client.socket.write('x'.repeat(32_000_000), (error) => {
    isTaken = error === null || error === undefined
  })

  await until(() => isTaken || client.isClosed, 'all that it sent')

  t.true(isTaken)
  client.socket.destroy()
})

test('clients: aborted by the core: the connection is gone at once', async (t) => {
  const { port } = await startFake(t, config({ directory: directory(t) }), {
    act: (input) =>
      input.kind === 'bytes' ? [{ kind: 'close', connection: input.connection, abort: true }] : [],
  })
  const client = new TestClient(port)
  client.socket.write('x')

  await until(() => client.isClosed || client.isEnded, 'the end')
  t.is(client.text, '')
  client.socket.destroy()
})

test('clients: half closed: told, and open until the core closes it', async (t) => {
  const { port, reactor } = await startFake(t, config({ directory: directory(t) }))
  const client = new TestClient(port)
  client.socket.end('SET a 1\r\n')
  await until(() => reactor.inputs.some(({ kind }) => kind === 'ended'), 'the end')
  const connection = reactor.inputs[0]?.kind === 'connected' ? reactor.inputs[0].connection : 0
  t.deepEqual(
    reactor.inputs.map(({ kind }) => kind),
    ['connected', 'bytes', 'ended'],
  )

  reactor.queued.push({ kind: 'write', connection: connection as never, text: '+O' })
  const others = [new TestClient(port)]
  await until(() => client.text === '+O', 'a part of the answers')
  await new Promise((done) => setTimeout(done, 150))
  t.false(client.isEnded)
  reactor.queued.push({ kind: 'write', connection: connection as never, text: 'K\r\n' })
  reactor.queued.push({ kind: 'close', connection: connection as never, abort: false })
  others.push(new TestClient(port))

  await until(() => client.isEnded, 'the end')
  t.is(client.text, '+OK\r\n')
  for (const { socket } of others) socket.destroy()
})

test('clients: a unix socket: only for its owner, local by definition', async (t) => {
  const place = directory(t)
  const path = join(place, 'q.sock')
  const listeners = [{ name: 'unix', door: 'resp' as const, host: '', port: 0, path }]
  const { reactor } = await startFake(t, config({ directory: join(place, 'data'), listeners }), {
    act: echo,
  })

  const socket = createConnection(path)
  t.teardown(() => socket.destroy())
  await until(() => reactor.inputs.length === 1, 'connected')

  t.like(reactor.inputs[0], { kind: 'connected', loopback: true, listener: 'unix' })
  t.is(statSync(path).mode & 0o077, 0)
  t.true(existsSync(path))
})

test('clients: an address in use: LISTEN_FAILED names it, nothing stays open', async (t) => {
  const { port } = await startFake(t, config({ directory: directory(t) }))
  const listeners = [{ name: 'main', door: 'resp' as const, host: '127.0.0.1', port, path: null }]

  const place = directory(t)
  const error = await t.throwsAsync(startFake(t, config({ directory: place, listeners })))

  t.like(error, { code: 'LISTEN_FAILED' })
  t.true(error?.message.includes(`127.0.0.1:${port}`))
  await t.notThrowsAsync(startFake(t, config({ directory: place })))
})
