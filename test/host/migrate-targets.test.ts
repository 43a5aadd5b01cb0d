// Sending commands to another server: what it says comes back, whatever it does the sending ends, and a
// connection serves one login.

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import type { Sending } from '../../src/api/io.js'
import { Targets } from '../../src/host/migrate-targets.js'
import { freePort } from '../ports.js'
import { LogLines } from './world.js'

interface Server {
  readonly port: number
  readonly heard: string[]
  readonly sockets: Socket[]
}

/** A server that says something to what it hears; null closes the connection. */
async function serve(
  t: ExecutionContext,
  say: (text: string, connection: number) => string | null,
): Promise<Server> {
  const heard: string[] = []
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    const connection = sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1')
      heard.push(text)
      const reply = say(text, connection)
      if (reply === null) socket.destroy()
      else if (reply !== '') socket.write(reply, 'latin1')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return { port, heard, sockets }
}

function open(t: ExecutionContext): Targets {
  const targets = new Targets(new LogLines())
  t.teardown(() => targets.closeAll())
  return targets
}

function sending(port: number, rest: Partial<Sending> = {}): Sending {
  return {
    host: '127.0.0.1',
    port,
    login: [],
    head: [['SELECT', '0']],
    body: [['RESTORE', 'a', '0', 'x']],
    idleMs: 5_000,
    ...rest,
  }
}

/** `+OK` for each command. */
function agree(text: string): string {
  return '+OK\r\n'.repeat(text.split(/^\*/m).length - 1)
}

test('targets: head and body: body only when the head is answered, and the connection is kept', async (t) => {
  const server = await serve(t, agree)
  const targets = open(t)

  const first = await targets.run(7, sending(server.port))
  const kept = targets.count
  const second = await targets.run(8, sending(server.port, { body: [['B', '\xe9'], ['C']] }))

  t.deepEqual(first, { kind: 'migrated', id: 7, sent: { fault: null, head: [null], body: [null] } })
  t.deepEqual(second.sent.body, [null, null])
  t.is(kept, 1)
  t.is(server.sockets.length, 1)
  t.deepEqual(server.heard, [
    '*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n',
    '*4\r\n$7\r\nRESTORE\r\n$1\r\na\r\n$1\r\n0\r\n$1\r\nx\r\n',
    '*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n',
    '*2\r\n$1\r\nB\r\n$1\r\n\xe9\r\n*1\r\n$1\r\nC\r\n',
  ])
})

test('targets: an error to the head: the body is not sent', async (t) => {
  const server = await serve(t, () => '-ERR n\xc3\xa9in\r\n')

  const { sent } = await open(t).run(1, sending(server.port))

  t.deepEqual(sent, { fault: null, head: ['ERR n\xc3\xa9in'], body: [] })
  t.is(server.heard.length, 1)
})

test('targets: another login: a connection of its own', async (t) => {
  const server = await serve(t, agree)
  const targets = open(t)

  await targets.run(1, sending(server.port, { login: ['a'] }))
  await targets.run(2, sending(server.port))

  t.is(server.sockets.length, 2)
  t.is(targets.count, 2)
})

test('targets: a kept connection that the server closed: is made anew', async (t) => {
  const server = await serve(t, (text, connection) =>
    connection === 1 && server.heard.length > 2 ? null : agree(text),
  )
  const targets = open(t)
  await targets.run(1, sending(server.port))

  const { sent } = await targets.run(2, sending(server.port))

  t.deepEqual(sent, { fault: null, head: [null], body: [null] })
  t.is(server.sockets.length, 2)
})

test('targets: nobody listens, a name that is none: where it failed', async (t) => {
  const targets = open(t)

  const refused = await targets.run(1, sending(await freePort()))
  const empty = await targets.run(2, sending(1, { host: '' }))
  const bad = await targets.run(3, sending(1, { host: 'a\0b' }))

  t.is(refused.sent.fault, 'write')
  t.is(empty.sent.fault, 'connect')
  t.is(bad.sent.fault, 'connect')
})

const bad: readonly (readonly [string, (text: string) => string | null])[] = [
  ['says nothing', () => ''],
  ['closes', () => null],
  ['closes behind the head', (text) => (text.includes('SELECT') ? '+OK\r\n' : null)],
  ['answers what is no reply', () => 'HTTP/1.1 400\r\n'],
  ['answers without an end', () => `+${'x'.repeat(100_000)}`],
  ['announces too much', () => '$99999999999\r\n'],
  ['nests without an end', () => '*1\r\n'.repeat(10_000)],
  ['counts too far', () => '*99999999999999\r\n'],
  ['says too much', () => '+OK\r\n+OK\r\n+OK\r\n'],
]

for (const [what, say] of bad) {
  test(`targets: a server that ${what}: a fault, and nothing is kept`, async (t) => {
    const server = await serve(t, say)
    const targets = open(t)

    const { sent } = await targets.run(1, sending(server.port, { idleMs: 1_000 }))

    t.not(sent.fault, null)
    t.is(targets.count, 0)
  })
}

test('targets: replies to some of the commands, then the end: they come back with the fault', async (t) => {
  const server = await serve(t, (text) => {
    if (text.includes('SELECT')) return '+OK\r\n'
    setImmediate(() => server.sockets[0]?.end())
    return '+OK\r\n-ERR b\r\n'
  })

  const { sent } = await open(t).run(1, sending(server.port, { body: [['A'], ['B'], ['C']] }))

  t.deepEqual(sent, { fault: 'read', head: [null], body: [null, 'ERR b'] })
})

test('targets: closed meanwhile: the sending ends', async (t) => {
  const server = await serve(t, () => '')
  const targets = open(t)

  const sent = targets.run(1, sending(server.port))
  while (server.heard.length === 0) await new Promise((resolve) => setImmediate(resolve))
  targets.closeAll()

  t.is((await sent).sent.fault, 'read')
})

test('targets: a long value: arrives whole', async (t) => {
  let bytes = 0
  const server = await serve(t, (text) => {
    bytes += text.length
    return text.includes('SELECT') || text.endsWith('END\r\n') ? '+OK\r\n' : ''
  })
  const value = '\xff'.repeat(10_000_000)

  const { sent } = await open(t).run(1, sending(server.port, { body: [['R', value, 'END']] }))

  t.deepEqual(sent.body, [null])
  t.true(bytes > 10_000_000)
})

test('targets: an answer before everything is sent: it counts, and nothing is kept', async (t) => {
  const server = await serve(t, (text) => {
    if (text.includes('SELECT')) return '+OK\r\n'
    server.sockets[0]?.pause()
    return '-ERR Protocol error\r\n'
  })
  const targets = open(t)

  const value = '\xff'.repeat(30_000_000)
  const { sent } = await targets.run(1, sending(server.port, { body: [['R', value]] }))

  t.deepEqual(sent, { fault: null, head: [null], body: ['ERR Protocol error'] })
  t.is(targets.count, 0)
})
