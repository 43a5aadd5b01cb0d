// Links between members on loopback, each around a fake core: both directions, damage on the wire,
// a peer that comes late, a queue that grows too long, and an address that must not be used.

import { createConnection, createServer, type Socket } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import type { LinkId, MemberId } from '../../src/api/ids.js'
import type { Input } from '../../src/api/io.js'
import { limits } from '../../src/api/limits.js'
import { frameHead } from '../../src/host/frames.js'
import { Peers } from '../../src/host/peers.js'
import { freePort } from '../ports.js'
import {
  config,
  directory,
  LogLines,
  memberConfig,
  type StartedFake,
  startFake,
  until,
} from './world.js'

interface Pair {
  readonly ports: readonly number[]
  open(self: number): Promise<StartedFake>
}

async function pair(t: ExecutionContext): Promise<Pair> {
  const ports = [await freePort(), await freePort()]
  const members = ports.map((port, n) => memberConfig(n + 1, port))
  const open = (self: number): Promise<StartedFake> =>
    startFake(t, config({ directory: directory(t), self: self as MemberId, members }))
  return { ports, open }
}

/** The link of a member that it dialled itself. */
function dialled(started: StartedFake): LinkId | null {
  const closed = new Set(
    started.reactor.inputs.flatMap((one) => (one.kind === 'link-closed' ? [one.link] : [])),
  )
  for (const input of started.reactor.inputs) {
    if (input.kind === 'link-opened' && input.to !== null && !closed.has(input.link))
      return input.link
  }
  return null
}

function accepted(started: StartedFake): LinkId | null {
  for (const input of started.reactor.inputs) {
    if (input.kind === 'link-opened' && input.to === null) return input.link
  }
  return null
}

function frames(started: StartedFake): string[] {
  return started.reactor.inputs.flatMap((input) =>
    input.kind === 'frame' ? [Buffer.from(input.bytes).toString()] : [],
  )
}

function send(
  started: StartedFake,
  link: LinkId | null,
  bodies: readonly (string | Uint8Array)[],
): void {
  for (const body of bodies) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    started.reactor.queued.push({ kind: 'frame', link: link as LinkId, bytes })
  }
  started.reactor.wake = 0
}

/** Whatever makes a fake take its next turn. */
async function turn(started: StartedFake): Promise<void> {
  const socket = createConnection(started.port, '127.0.0.1')
  const before = started.reactor.turns.length
  await until(() => started.reactor.turns.length > before, 'a turn')
  socket.destroy()
}

test('peers: two members: a link each way, frames in order over both ends of it', async (t) => {
  const { open } = await pair(t)
  const one = await open(1)
  const two = await open(2)
  await until(() => dialled(one) !== null && accepted(two) !== null, 'the link')

  const big = 'b'.repeat(300_000)
  send(one, dialled(one), ['a', big, '', 'c'])
  await turn(one)
  await until(() => frames(two).length === 4, 'the frames')
  send(two, accepted(two), ['back'])
  await turn(two)

  await until(() => frames(one).length > 0, 'the frame back')
  t.deepEqual(frames(two), ['a', big, '', 'c'])
  t.deepEqual(frames(one), ['back'])
  t.is(
    one.reactor.inputs.filter((input) => input.kind === 'link-opened' && input.to === 2).length >=
      1,
    true,
  )
})

test('peers: frames of one turn: leave as one piece', async (t) => {
  const { ports, open } = await pair(t)
  const chunks: Buffer[] = []
  const server = createServer((socket) => socket.on('data', (chunk) => chunks.push(chunk)))
  await new Promise<void>((done) => server.listen(ports[1], '127.0.0.1', done))
  t.teardown(() => server.close())
  const one = await open(1)
  await until(() => dialled(one) !== null, 'the link')

  send(
    one,
    dialled(one),
    Array.from({ length: 20 }, (_, n) => `frame ${n}`),
  )
  await turn(one)

  await until(() => chunks.length > 0, 'the bytes')
  t.is(Buffer.concat(chunks).toString().match(/frame/g)?.length, 20)
  t.is(chunks.length, 1)
})

test('peers: a corrupted frame: the link closes with a trace, a new one opens', async (t) => {
  const { ports, open } = await pair(t)
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket))
  await new Promise<void>((done) => server.listen(ports[1], '127.0.0.1', done))
  t.teardown(() => server.close())
  const one = await open(1)
  await until(() => sockets.length === 1 && dialled(one) !== null, 'the link')

  const body = Buffer.from('good')
  const bad = Buffer.concat([frameHead(body), Buffer.from('bad!')])
  sockets[0]?.write(Buffer.concat([frameHead(body), body, bad]))

  const isClosed = (): boolean =>
    one.reactor.inputs.some((input: Input) => input.kind === 'link-closed')
  await until(() => sockets.length === 2 && isClosed() && dialled(one) !== null, 'the next link')
  t.deepEqual(frames(one), ['good'])
  const line = one.log.lines.find(({ event }) => event === 'peers.link-dropped')
  t.is(line?.fields['why'], 'a frame fails its check')
  for (const socket of sockets) socket.destroy()
})

test('peers: a stranger that speaks HTTP on the peer port: closed, the core saw no frame', async (t) => {
  const { ports, open } = await pair(t)
  const one = await open(1)
  const socket = createConnection(ports[0] as number, '127.0.0.1')
  let isClosed = false
  socket.on('close', () => {
    isClosed = true
  })
  socket.on('error', () => {})

  socket.write('POST / HTTP/1.1\r\nHost: x\r\n\r\n')

  await until(() => isClosed, 'the close')
  t.deepEqual(frames(one), [])
})

test('peers: a member that starts later: the link opens without anybody asking', async (t) => {
  const { open } = await pair(t)
  const one = await open(1)
  await turn(one)
  t.is(dialled(one), null)

  const two = await open(2)

  await until(() => dialled(one) !== null && dialled(two) !== null, 'both links')
  t.pass()
})

test('peers: closed by the core: told, and dialled again', async (t) => {
  const { open } = await pair(t)
  const one = await open(1)
  await open(2)
  await until(() => dialled(one) !== null, 'the link')
  const link = dialled(one) as LinkId

  one.reactor.queued.push({ kind: 'link-close', link })
  await turn(one)

  await until(() => {
    const next = dialled(one)
    return next !== null && next !== link
  }, 'the next link')
  t.true(one.reactor.inputs.some((input) => input.kind === 'link-closed' && input.link === link))
})

test('peers: a peer that reads nothing: the link closes at its bound, memory does not grow', async (t) => {
  const { ports, open } = await pair(t)
  const server = createServer((socket) => socket.pause())
  await new Promise<void>((done) => server.listen(ports[1], '127.0.0.1', done))
  t.teardown(() => server.close())
  const one = await open(1)
  await until(() => dialled(one) !== null, 'the link')

  const link = dialled(one)
  const chunk = Buffer.alloc(16 * 1024 * 1024)
  const count = Math.ceil(limits.peerQueueBytesMax / chunk.length) + 2
  for (let n = 0; n < count; n++) send(one, link, [chunk])
  await turn(one)

  await until(() => one.log.lines.some(({ event }) => event === 'peers.link-dropped'), 'the trace')
  const line = one.log.lines.find(({ event }) => event === 'peers.link-dropped')
  t.is(line?.fields['why'], 'its queue is full')
})

test('peers: a peer that stopped reading: its link ends though its queue is short', async (t) => {
  const port = await freePort()
  const server = createServer((socket) => socket.pause())
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  t.teardown(() => server.close())
  const members = [memberConfig(1, 0), memberConfig(2, port)]
  const inputs: Input[] = []
  const log = new LogLines()
  const peers = new Peers({
    config: config({ directory: '', members }),
    sink: (input) => inputs.push(input),
    log,
    timing: { sweepMs: 10, stuckMs: 100 },
  })
  t.teardown(() => peers.closeAll())
  peers.dial()
  await until(() => inputs.some(({ kind }) => kind === 'link-opened'), 'the link')

  peers.send(1 as LinkId, Buffer.alloc(32 * 1024 * 1024))
  peers.flush()

  await until(() => inputs.some(({ kind }) => kind === 'link-closed'), 'the end of the link')
  t.is(log.lines[0]?.fields['why'], 'nothing leaves it')
})

test('peers: a stranger that says nothing: closed in time, one that speaks stays', async (t) => {
  const port = await freePort()
  const members = [memberConfig(1, port), memberConfig(2, await freePort())]
  const inputs: Input[] = []
  const log = new LogLines()
  const peers = new Peers({
    config: config({ directory: '', members }),
    sink: (input) => inputs.push(input),
    log,
    timing: { sweepMs: 10, stuckMs: 100 },
  })
  t.teardown(() => peers.closeAll())
  await peers.listen()
  peers.dial()
  const speaking = createConnection(port, '127.0.0.1')
  t.teardown(() => speaking.destroy())
  const hello = Buffer.from('hello')
  speaking.write(Buffer.concat([frameHead(hello), hello]))
  await until(() => inputs.some(({ kind }) => kind === 'frame'), 'the frame')
  const silent = createConnection(port, '127.0.0.1')
  let isClosed = false
  silent.on('close', () => {
    isClosed = true
  })
  silent.resume()

  await until(() => isClosed, 'the end of the silent link')

  t.is(log.lines[0]?.fields['why'], 'it did not say who it is')
  t.is(inputs.filter(({ kind }) => kind === 'link-closed').length, 1)
  t.is(inputs.filter(({ kind }) => kind === 'frame').length, 1)
  t.false(speaking.destroyed)
})

test('peers: an address that is not loopback: refused unless the configuration says so', async (t) => {
  const members = [memberConfig(1, 0), memberConfig(2, 1)].map((member) => ({
    ...member,
    peer: { host: '0.0.0.0', port: 0 },
  }))

  const refused = startFake(t, config({ directory: directory(t), members }))

  t.like(await t.throwsAsync(refused), { code: 'PEERS_EXPOSED' })
  const made = config({ directory: directory(t), members, peersInsecure: true })
  await t.notThrowsAsync(startFake(t, made))
})
